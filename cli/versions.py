"""`baton versions`."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import ask_with
from cli.options import Json, Workspace, group
from cli.place import settings_of
from cli.show import moment, print_json
from engine.desk.desk import Desk
from engine.store.rows import VersionRow

app = group()
HEADER = ("Version", "State", "Open cases", "Published", "By", "Digest", "Why")
SHORT = 10  # characters of a digest that tell versions apart


@app.command(epilog="Example: baton versions client-onboarding")
def versions(
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="The process's id, from `baton processes`.")],
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """The versions of a process: which one new cases get, who made each, and how many cases run it."""
    settings = settings_of(workspace)
    found, edited = ask_with(settings, lambda desk: _both(desk, process))
    if as_json:
        print_json(found)
        return
    zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
    typer.echo(columns(HEADER, [_row(v, zone, now) for v in found]))
    if edited:
        typer.echo(f"The files differ from version {edited}, which is live. See: baton diff {process}")


async def _both(desk: Desk, process: str) -> tuple[tuple[VersionRow, ...], int | None]:
    return await desk.versions(process), await desk.edited(process)


def _row(v: VersionRow, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    when = moment(v.published_at, zone, now)
    return str(v.version), v.state, str(v.cases), when, v.author, v.digest[:SHORT], _why(v, zone, now)


def _why(v: VersionRow, zone: ZoneInfo, now: datetime) -> str:
    """The version's message; and who made it live again, or later, with theirs."""
    if v.released_at is None or v.released_at == v.published_at:
        return v.message
    again = f"live since {moment(v.released_at, zone, now)} by {v.released_by}"
    told = f"{again}: {v.release_message}" if v.release_message else again
    return f"{v.message} ({told})" if v.message else told
