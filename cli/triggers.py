"""`baton triggers`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import ask, ask_with
from cli.options import By, Json, Workspace, group
from cli.people import who
from cli.place import settings_of
from cli.problem import UserProblem
from cli.show import moment, print_json
from engine.health.way import Way, wrong

app = group()


@app.command(epilog="Examples: baton triggers | baton triggers --check | baton triggers --again report/weekly")
def triggers(
    check: Annotated[bool, typer.Option("--check", help="Only what is wrong; exit code 1 if anything is.")] = False,
    again: Annotated[str, typer.Option(metavar="NAME", help="Take in again what could not start anything.")] = "",
    dismiss: Annotated[str, typer.Option(metavar="NAME", help="What could not start anything is seen to.")] = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Every way in and out: mailboxes, webhooks, public forms, schedules, senders.

    When each was last seen, how often it should be, and what is wrong with it.
    """
    if again or dismiss:
        done = _again(again, workspace) if again else _dismissed(dismiss, who(by, workspace), workspace)
        if as_json:
            print_json({"name": again or dismiss, "done": done})
        else:
            typer.echo(done)
        return
    settings, now = settings_of(workspace), datetime.now(UTC)
    every = ask_with(settings, lambda desk: desk.ways())
    bad = wrong(every, now)
    shown = bad if check else every
    if as_json:
        print_json([_data(way, now) for way in shown])
    elif shown:
        zone = ZoneInfo(settings.time_zone)
        head = ("Way", "Name", "State", "Last seen", "Lag", "Expected", "What is wrong")
        typer.echo(columns(head, [_row(way, zone, now) for way in shown]))
    else:
        typer.echo("Everything is well." if check else "There is no way in or out yet.")
    if check and bad:
        raise typer.Exit(1)


def _again(name: str, workspace: Path | None) -> str:
    done = ask(workspace, lambda desk: desk.start_again(name))
    if wrong := [one.reason for routed in done for one in routed.misfires]:
        raise UserProblem(f"{len(wrong)} of {len(done)} still cannot start anything: {wrong[0]}")
    return f"Started {', '.join(case for routed in done for case in routed.started) or 'nothing: nobody waits for it'}"


def _dismissed(name: str, by: str, workspace: Path | None) -> str:
    number = ask(workspace, lambda desk: desk.dismiss_failed(name, by or "somebody"))
    return f"{number} {'is' if number == 1 else 'are'} seen to."


def _row(way: Way, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    seen = moment(way.health.last_seen_at, zone, now) or "-"
    return way.kind, way.name, way.state(now), seen, lag(way.health.lag), way.expect or "-", said(way, zone, now)


def lag(seconds: float | None) -> str:
    """How long the last thing took: `2.5 s`, `12 min`."""
    if seconds is None:
        return "-"
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def said(way: Way, zone: ZoneInfo, now: datetime) -> str:
    """What is wrong, and since when; empty: nothing."""
    since = {"trouble": way.health.error_since, "silent": way.silent_at, "down": way.down_since}.get(way.state(now))
    return f"since {moment(since, zone, now)}: {way.in_words(now)}" if since else way.in_words(now)


def _data(way: Way, now: datetime) -> dict[str, Any]:
    known = way.health
    return {
        "source": way.source,
        "kind": way.kind,
        "name": way.name,
        "title": way.title,
        "state": way.state(now),
        "last_seen_at": known.last_seen_at,
        "last_well_at": known.last_well_at,
        "last_error": known.last_error,
        "error_since": known.error_since,
        "lag_seconds": known.lag,
        "expect": way.expect,
        "silent_at": way.silent_at,
        "down_since": way.down_since,
        "wrong": way.in_words(now),
        "failed": way.failed,
        "paused_by": way.paused_by,
        "told": known.told,
        "told_at": known.told_at,
    }
