"""`baton calls`."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import ask_with
from cli.options import Json, Workspace, group
from cli.place import settings_of
from cli.show import moment, print_json
from engine.store.requests import Attempt

app = group()

Case = Annotated[str, typer.Argument(metavar="[CASE]", help="Only this case; all if not said.")]
Failed = Annotated[bool, typer.Option("--failed", help="Only attempts that did not go well.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many attempts at most.")]

_WORDS = {
    "http_connect": "no connection",
    "http_lost": "no answer",
    "unconfirmed": "no answer; it may have arrived",
    "network_denied": "not a public address",
    "http_too_large": "the answer is too large",
    "http_bad_json": "the answer is broken",
    "http_redirect": "a redirect that is not followed",
}


@app.command(epilog="Examples: baton calls | baton calls client-onboarding-k3f7q2abcd | baton calls --failed --json")
def calls(
    case: Case = "", failed: Failed = False, limit: Limit = 50, as_json: Json = False, workspace: Workspace = None
) -> None:
    """Every attempt of every call, webhook and notice, newest first: when, where to, and how it went.

    What was given up waits as an incident: `baton retry CASE STEP` sends it again.
    """
    settings = settings_of(workspace)
    found = ask_with(settings, lambda desk: desk.calls(case, failed=failed, most=limit))
    if as_json:
        print_json(found)
    elif found:
        zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
        names = ("When", "Case", "Step", "Connection", "Request", "Answer", "Took")
        typer.echo(columns(names, [_row(attempt, zone, now) for attempt in found]))
    else:
        typer.echo("Nothing was sent to other systems.")


def _row(attempt: Attempt, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    where = f"{attempt.method} {attempt.host} {attempt.target}".strip()
    step = attempt.path.rpartition("/")[2]
    took = f"{attempt.ms} ms"
    return (moment(attempt.at, zone, now), attempt.case, step, attempt.connection, where, _answer(attempt), took)


def _answer(attempt: Attempt) -> str:
    if attempt.status:
        return str(attempt.status)
    return _WORDS.get(attempt.error, attempt.error.replace("_", " "))
