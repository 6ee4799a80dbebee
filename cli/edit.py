"""`baton edit`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.office import ask_with
from cli.options import By, Case, Json, Reason, Workspace, group, pairs
from cli.people import who
from cli.place import settings_of
from cli.show import moment, say
from engine.desk.answers import Preview
from engine.language.values import display
from engine.runtime.preview import Moved

app = group()


@app.command(
    epilog="Examples: baton edit employee-onboarding-k3f7q2abcd start_date=2026-06-01 "
    "| baton edit employee-onboarding-k3f7q2abcd start_date=2026-06-01 vars.desk=B12 --yes"
)
def edit(
    case: Case,
    values: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE...", help="Inputs that may change, and variables as vars.NAME.")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for scripts.")] = False,
    reason: Reason = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Change the data of a running case. First it shows what will happen to every date that counts from it."""
    settings, raw = settings_of(workspace), pairs(values, "")
    seen = ask_with(settings, lambda desk: desk.preview(case, raw))
    say({"applied": yes, **vars(seen)}, "\n".join(_lines(seen, ZoneInfo(settings.time_zone))), as_json)
    if not (yes or (not as_json and typer.confirm("Change it?"))):
        return
    ask_with(settings, lambda desk: desk.edit(case, raw, by=who(by, workspace), reason=reason))
    if not as_json:
        typer.echo(f"Changed. See: baton status {case}")


def _lines(seen: Preview, zone: ZoneInfo) -> Iterator[str]:
    for name, value in seen.after.items():
        yield f"{name}: {display(seen.before.get(name), zone) or 'empty'} -> {display(value, zone) or 'empty'}"
    now = datetime.now(UTC)
    yield "What changes:" if seen.moved or seen.says or seen.sends else "No date of an open step counts from it."
    for moved in seen.moved:
        yield f"  {_moved(moved, zone, now)}"
    for said in (*seen.says, *(f"sends {sent}" for sent in seen.sends)):
        yield f"  at once: {said}"


def _moved(moved: Moved, zone: ZoneInfo, now: datetime) -> str:
    before = moment(moved.before, zone, now) or "none"
    after = moment(moved.after, zone, now) or "none"
    past = " (that is over: it happens at once)" if moved.at_once else ""
    return f"{moved.title or moved.step}, {moved.what}: {before} -> {after}{past}"
