"""`baton report`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import ask_with
from cli.options import Json, Workspace, group
from cli.place import settings_of
from cli.problem import UserProblem
from cli.show import say, words
from engine.desk.reports import Report, StepLine

app = group()
Since = Annotated[str, typer.Option("--since", help="Only cases that began on this day or later: 2026-03-01.")]


@app.command(epilog="Examples: baton report client-survey | baton report client-survey --since 2026-03-01 --json")
def report(
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="The process's id.")],
    since: Since = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """What became of the cases of a process: how they ended, mails by state, answers in time and late."""
    settings = settings_of(workspace)
    begin = _day(since, ZoneInfo(settings.time_zone)) if since else None
    found = ask_with(settings, lambda desk: desk.report(process, begin))
    say(found, "\n".join(_shown(found)), as_json)


def _day(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone).astimezone(UTC)
    except ValueError as problem:
        raise UserProblem(f"`--since {text}` is no day; write for example --since 2026-03-01") from problem


def _shown(report: Report) -> list[str]:
    if not report.started:
        return [f"{report.title}: no case yet. Start one: baton start {report.process}"]
    incidents = f", {report.incidents} with an incident" if report.incidents else ""
    lines = [f"{report.title}: {report.started} started, {report.open} open{incidents}"]
    lines += [f"  ended: {_counted(report.outcomes)}"] if report.outcomes else []
    lines += [f"  mails: {_counted(report.mails)}"] if report.mails else []
    if report.steps:
        names = ("Step", "Answered", "Open", "No answer", "Late", "Half within")
        lines += ["", columns(names, [_row(step) for step in report.steps])]
    return lines


def _counted(counts: Mapping[str, int]) -> str:
    most_first = sorted(counts.items(), key=lambda one: -one[1])
    return ", ".join(f"{number} {words(name)}" for name, number in most_first)


def _row(line: StepLine) -> tuple[str, ...]:
    counts = (line.answered, line.open, line.timed_out, line.late)
    return line.title or words(line.step).capitalize(), *map(str, counts), _length(line.pace)


def _length(pace: float | None) -> str:
    """`3 days`, `5 hours`, `12 minutes`: the largest unit that says something."""
    if pace is None:
        return ""
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        number = round(pace / seconds)
        if number:
            return f"{number} {unit}{'s' if number != 1 else ''}"
    return "a minute"
