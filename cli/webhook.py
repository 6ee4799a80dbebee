"""`baton webhook`."""

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import ask, ask_with
from cli.options import By, Json, Workspace, group
from cli.people import nearest, who
from cli.place import settings_of
from cli.problem import UserProblem
from cli.show import moment, print_json, say
from cli.webhook_words import as_data, told
from engine.desk.desk import Desk
from engine.desk.webhooks import HookLine, Rehearsal
from engine.gateways.hooks import Sent
from engine.gateways.own_web import NotReached, post
from engine.language.connections import Connection, Connections
from engine.language.library import workspace_definitions
from engine.language.roster import connections_of
from engine.routing import Routed
from engine.settings import Settings

app = group()
Message = Annotated[str, typer.Argument(metavar="MESSAGE", help="Its id, from `baton webhook list`.")]
Everything = Annotated[bool, typer.Option("--all", help="Also those that nobody waits for.")]
Payload = Annotated[Path | None, typer.Option("--payload", help="A file with what is sent; else the event's `sample`.")]
Send = Annotated[bool, typer.Option("--send", help="Sign it and post it to the running web.")]


@app.callback(invoke_without_command=True, epilog="Examples: baton webhook list | baton webhook test crm deal.updated")
def webhooks(context: typer.Context, as_json: Json = False, workspace: Workspace = None) -> None:
    """Messages of other systems: without a command, those that came to nothing."""
    if context.invoked_subcommand is None:
        listing(as_json=as_json, workspace=workspace)


@app.command("list", epilog="Example: baton webhook list --all --json")
def listing(everything: Everything = False, as_json: Json = False, workspace: Workspace = None) -> None:
    """Messages that were taken in and came to nothing, with the reason. Each can be taken in again: replay."""
    settings = settings_of(workspace)
    found = ask_with(settings, lambda desk: desk.hook_lines(unmatched=everything))
    if as_json:
        print_json([as_data(line) for line in found])
    elif found:
        zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
        typer.echo(columns(("Message", "From", "Event", "Came", "Why"), [_row(line, zone, now) for line in found]))
    else:
        typer.echo("Every message has done what it was sent for." if everything else "No message failed.")


def _row(line: HookLine, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    return line.id, line.connection, line.event or "?", moment(line.received_at, zone, now), "; ".join(line.reasons)


@app.command(epilog="Example: baton webhook show webhook-3f7a...")
def show(message: Message, as_json: Json = False, workspace: Workspace = None) -> None:
    """One message: what was sent, and everything that is wrong with it."""
    line, row = ask(workspace, lambda desk: desk.hook(message))
    if as_json:
        print_json({**as_data(line), "headers": json.loads(row.head_json), "body": row.body.decode(errors="replace")})
        return
    typer.echo(f"{line.id} from {line.connection}, {line.event or 'an event without a name'}")
    typer.echo("".join(f"  {reason}\n" for reason in line.reasons) + "\n" + row.body.decode(errors="replace"))


@app.command(epilog="Example: baton webhook replay webhook-3f7a...")
def replay(message: Message, as_json: Json = False, workspace: Workspace = None) -> None:
    """Take a message in again, after its connection or its process was corrected. Nothing is done twice."""
    routed = ask(workspace, lambda desk: desk.replay_hook(message))
    data = {"started": routed.started, "released": routed.told, "failed": [m.reason for m in routed.misfires]}
    say(data, "\n".join(_came_to(routed)), as_json)
    if routed.misfires:
        raise typer.Exit(1)


def _came_to(routed: Routed) -> list[str]:
    done = [f"Started {case}" for case in routed.started] + [f"Released {case}" for case in routed.told]
    done += [f"{m.process} was not started by `{m.trigger}`: {m.reason}" for m in routed.misfires]
    return done or [
        "Nobody waits for it, and no trigger starts a case with it. It stays in `baton webhook list --all`."
    ]


@app.command(epilog="Example: baton webhook dismiss webhook-3f7a...")
def dismiss(message: Message, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Take a message off the list: somebody has seen to it."""
    ask(workspace, lambda desk: desk.dismiss_hook(message, who(by, workspace) or "somebody"))
    say({"id": message, "done": "dismissed"}, "It is off the list.", as_json)


@app.command("test", epilog="Examples: baton webhook test crm deal.updated --payload won.json | the same with --send")
def try_out(
    connection: Annotated[str, typer.Argument(metavar="CONNECTION", help="Its name in connections.yaml.")],
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event's name in the connection.")],
    payload: Payload = None,
    send: Send = False,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Show what a message would do: its signature, its fields, what it starts and releases. Nothing happens.

    With --send it is signed with the connection's secret and really posted to the running web.
    """
    settings = settings_of(workspace)
    _named(settings, connection, event, payload)
    content, form = _content(settings, connection, event, payload)
    if send:
        _sent(settings, connection, event, content, form, as_json)
        return
    found = ask_with(settings, lambda desk: _rehearsed(desk, connection, event, content, form))
    say(as_data(found), told(found, event), as_json)
    if found.refused or found.problem or found.event != event:
        raise typer.Exit(1)


def _named(settings: Settings, connection: str, event: str, payload: Path | None) -> None:
    """Raises UserProblem for names that nothing has, with those that there are."""
    known = (connections_of(settings.workspace)() or Connections()).connections
    taking = [name for name, one in known.items() if one.webhook_secret]
    if taking and connection not in taking:
        raise UserProblem(f"no connection called `{connection}` takes events; {nearest(connection, taking)}")
    events = list(known[connection].events) if connection in known else []
    if events and event not in events and payload is None:
        raise UserProblem(f"`{connection}` has no event `{event}`; {nearest(event, events)}")


async def _rehearsed(desk: Desk, connection: str, event: str, content: bytes, form: bool) -> Rehearsal:
    sample = desk.sample_hook(connection, event, content, f"test_{secrets.token_hex(8)}", form)
    return await desk.rehearse_hook(connection, sample)


def _sent(settings: Settings, connection: str, event: str, content: bytes, form: bool, as_json: bool) -> None:
    message = f"test_{secrets.token_hex(8)}"
    sample = ask_with(settings, lambda desk: _made(desk, connection, event, content, message, form))
    try:
        status, said = post(settings.base_url, f"/hooks/{connection}", sample.headers, sample.query, sample.body)
    except NotReached as problem:
        raise UserProblem(f"{problem}. Is `baton up` running? base_url in baton.yaml says where") from problem
    text = f"{settings.base_url}/hooks/{connection} answered {status}: {said}"
    say({"status": status, "answer": said}, text, as_json)
    if status >= 300:
        raise typer.Exit(1)


async def _made(desk: Desk, connection: str, event: str, content: bytes, message: str, form: bool) -> Sent:
    return desk.sample_hook(connection, event, content, message, form)


def _content(settings: Settings, connection: str, event: str, payload: Path | None) -> tuple[bytes, bool]:
    """What is sent, and whether it is a form and not JSON."""
    file = payload or _sample(settings, connection, event)
    try:
        return file.read_bytes(), file.suffix == ".form"
    except OSError as problem:
        raise UserProblem(f"{file} cannot be read: {problem.strerror}") from problem


def _sample(settings: Settings, connection: str, event: str) -> Path:
    source = ask_with(settings, lambda desk: _source(desk, connection))
    schema = source.events.get(event)
    if schema is None or schema.sample is None:
        known = (
            f"give its event `{event}` a `sample:` file in connections.yaml" if schema else "declare it under `events`"
        )
        raise UserProblem(f"there is no sample of `{event}`: name a file with --payload, or {known}")
    return workspace_definitions(settings.workspace) / schema.sample


async def _source(desk: Desk, connection: str) -> Connection:
    return desk.hook_source(connection)
