"""What came out: as a table to read, and as bench/results.json."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

FILE = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Line:
    """One line of the table. `key` is its value's name in the file; `target` is met when `good` says so."""

    key: str
    title: str
    shown: str
    target: str = ""
    good: Callable[[float], bool] = lambda value: True


LINES = (
    Line("w1.throughput_ratio", "Ten mails: throughput", "{:.2f} x", ">= 4 x", lambda v: v >= 4),
    Line("w1.transitions_ratio", "Ten mails: server transitions a case", "{:.2f} x", "<= 0.15 x", lambda v: v <= 0.15),
    Line("w1.baton.cases_a_second", "  Baton, cases a second", "{:.1f}"),
    Line("w1.by_hand.cases_a_second", "  by hand, cases a second", "{:.1f}"),
    Line("w1.baton.events", "  Baton, history events", "{:.0f}"),
    Line("w1.by_hand.events", "  by hand, history events", "{:.0f}"),
    Line("w1.baton.transitions", "  Baton, transitions", "{:.0f}"),
    Line("w1.by_hand.transitions", "  by hand, transitions", "{:.0f}"),
    Line("w2.throughput_ratio", "Questionnaire: throughput", "{:.2f} x", ">= 1.5 x", lambda v: v >= 1.5),
    Line("w2.transitions_ratio", "Questionnaire: server transitions a case", "{:.2f} x"),
    Line("w2.baton.cases_a_second", "  Baton, cases a second", "{:.1f}"),
    Line("w2.by_hand.cases_a_second", "  by hand, cases a second", "{:.1f}"),
    Line("w2.baton.events", "  Baton, history events", "{:.0f}"),
    Line("w2.by_hand.events", "  by hand, history events", "{:.0f}"),
    Line("w2.latency_p50_ratio", "Task done to next mail, p50", "{:.2f} x", "<= 0.5 x", lambda v: v <= 0.5),
    Line("w2.baton.latency_p50_ms", "  Baton", "{:.1f} ms"),
    Line("w2.by_hand.latency_p50_ms", "  by hand", "{:.1f} ms"),
    Line("example.history_events", "The worked example: history events", "{:.0f}", "<= 130", lambda v: v <= 130),
    Line("check.example_ms", "Check of the worked example", "{:.0f} ms", "< 100 ms", lambda v: v < 100),
    Line("check.first_ms", "  the first one of a process", "{:.0f} ms"),
    Line("check.thousand_s", "Check of 1,000 processes", "{:.1f} s", "< 30 s", lambda v: v < 30),
    Line("check.hostile_ms", "Check of the worst hostile file", "{:.0f} ms", "< 250 ms", lambda v: v < 250),
    Line("parked.cases", "Parked cases", "{:,.0f}"),
    Line("parked.worker_mb", "  memory of their worker", "{:.0f} MB", "<= 200 MB", lambda v: v <= 200),
    Line("parked.status_ms", "  `baton status`, the whole process", "{:.0f} ms", "<= 300 ms", lambda v: v <= 300),
)


def write(found: Mapping[str, float]) -> None:
    """Keep what was found; figures of an earlier run are replaced."""
    FILE.write_text(json.dumps({key: round(value, 3) for key, value in found.items()}, indent=2) + "\n")


def show(found: Mapping[str, float], screen: Console) -> None:
    table = Table(title="Baton beside workflows written by hand, on one server")
    for heading in ("", "measured", "target", ""):
        table.add_column(heading, justify="right" if heading == "measured" else "left")
    for line in LINES:
        if line.key in found:
            value = found[line.key]
            met = ("yes" if line.good(value) else "no") if line.target else ""
            table.add_row(line.title, line.shown.format(value), line.target, met)
    screen.print(table)
