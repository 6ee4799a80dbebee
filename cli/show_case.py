"""`baton show`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from cli.columns import printable
from cli.office import ask_with
from cli.options import Case, Json, Workspace, group
from cli.outbox import told
from cli.picture import HEALTH, ways_out
from cli.place import settings_of
from cli.show import moment, print_json, words
from engine.desk.desk import Desk
from engine.desk.outbox import words_of
from engine.language.values import decode, display
from engine.runtime.view import Entry, WaitView
from engine.store.changes import moment_of
from engine.store.rows import CaseDetail, OutboxRow

app = group()


@app.command(
    epilog="Examples: baton show client-onboarding-k3f7q2abcd | baton show client-onboarding-k3f7q2abcd --json"
)
def show(case: Case, as_json: Json = False, workspace: Workspace = None) -> None:
    """Everything about one case: its data, what it waits for, and its whole timeline with who did what."""
    settings = settings_of(workspace)
    detail, entries, mails = ask_with(settings, lambda desk: _read(desk, case))
    if as_json:
        data = {name: value for name, value in vars_of(detail).items() if name != "inputs_json"}
        print_json(
            {**data, "inputs": decode(detail.inputs_json), "timeline": entries, "mails": [told(m) for m in mails]}
        )
    else:
        lines = _lines(detail, entries, mails, ZoneInfo(settings.time_zone))
        typer.echo("\n".join(printable(line) for line in lines))


def vars_of(detail: CaseDetail) -> dict[str, Any]:
    return {name: getattr(detail, name) for name in detail.__slots__}


async def _read(desk: Desk, case: str) -> tuple[CaseDetail, tuple[Entry, ...], tuple[OutboxRow, ...]]:
    return await desk.case(case), await desk.timeline(case), await desk.outbox(case=case)


def _lines(
    detail: CaseDetail, entries: tuple[Entry, ...], mails: tuple[OutboxRow, ...], zone: ZoneInfo
) -> Iterator[str]:
    case, now = detail.summary, datetime.now(UTC)
    yield case.title
    health = f"health: {HEALTH.get(case.health, case.health)}" if case.status == "open" else words(case.outcome)
    yield f"{case.id}  {case.process} version {case.version}  {health}{f' ({case.why})' if case.why else ''}"
    yield from _block("Data", [f"{name}: {display(v, zone)}" for name, v in decode(detail.inputs_json).items()])
    waits = [f"{w.step}: {w.title or words(w.step)}, {_held_up(w)}" for w in detail.waits]
    yield from _block("Now", waits)
    troubles = [i for i in detail.incidents if i.status == "open"]
    yield from _block("Needs attention", [line for i in troubles for line in ways_out(case.id, i.step, i.message)])
    sent = [f"{m.seq}: “{m.subject}” to {m.recipient}, {words_of(m, zone)}" for m in mails]
    yield from _block("Mails", sent)
    yield from _block("Timeline", [line for entry in entries for line in _entry(entry, zone, now)])


def _held_up(wait: WaitView) -> str:
    return f"waiting for {wait.waiting_for}" if wait.waiting_for else "cannot go on by itself"


def _block(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from ("", title, *(f"  {line}" for line in lines))


def _entry(entry: Entry, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    yield f"{moment(entry.at, zone, now):<17} {entry.text}"
    for title, values in (("before", entry.before), ("after", entry.after)):
        if values:
            yield f"{'':<17}   {title}: {_said(values, lambda at: moment(at, zone, now))}"


def _said(values: Mapping[str, Any], clock: Callable[[datetime], str]) -> str:
    return ", ".join(f"{name}: {_value(value, clock)}" for name, value in values.items())


def _value(value: Any, clock: Callable[[datetime], str]) -> str:
    if isinstance(value, Mapping):
        return f"({_said(value, clock)})"
    if isinstance(value, list):
        return ", ".join(_value(item, clock) for item in value)
    at = moment_of(value)
    return clock(at) if at else str(value)
