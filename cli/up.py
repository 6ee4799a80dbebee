"""`baton up`: the whole stack on one machine, until Ctrl-C."""

import asyncio
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from cli.lock import Running, only_one
from cli.office import ask_with
from cli.options import Json, Workspace, group
from cli.place import settings_of
from cli.problem import UserProblem
from cli.show import print_json
from cli.supervisor import Stack
from cli.web import listen
from engine.desk import Findings
from engine.desk.desk import Desk
from engine.gateways.caught import FOLDER as MAIL
from engine.language.connections import Connections
from engine.language.roster import connections_of
from engine.settings import Settings
from engine.shelf import Edition

app = group()


@app.command(epilog="Examples: baton up | baton up --port 9000")
def up(
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="The web's port; 0 takes a free one.")
    ] = None,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Run everything here: Temporal, the worker, the web, and a mail catcher where no SMTP server is configured.

    What has been started goes on where it was, also after this machine was switched off.
    """
    settings = settings_of(workspace)
    with only_one(settings.kept) as announce, _listening(settings, port) as web:
        settings = _with_port(settings, web.getsockname()[1])
        announce(Running(os.getpid(), settings.base_url, settings.web.port))
        said = ask_with(settings, _prepare)
        stack = Stack(settings, web, typer.echo if not as_json else _silent)
        asyncio.run(stack.run(lambda: _ready(stack, said, as_json)))
    if stack.problem:
        raise UserProblem(stack.problem)


def _listening(settings: Settings, port: int | None) -> socket.socket:
    return listen(settings.web.host, settings.web.port if port is None else port)


def _with_port(settings: Settings, port: int) -> Settings:
    """The settings with the port that the web really has."""
    return Settings.load(settings.workspace, {**settings.environment, "BATON_WEB_PORT": str(port)})


WAY_OUT = "what starts it goes on, until a version without `triggers` is published"


@dataclass(frozen=True)
class Prepared:
    """What publishing at the start came to, and the secrets that are named and not set."""

    processes: tuple[str, ...]
    problems: tuple[str, ...]
    missing: tuple[str, ...]


async def _prepare(desk: Desk) -> Prepared:
    """Publish what has changed. A definition with mistakes keeps its last version and does not stop the others."""
    processes, problems = [], []
    for name in desk.definitions():
        try:
            published = await desk.publish(name, by="baton up")
            processes.append(f"{name} version {published.version}")
        except Findings as findings:
            problems.append(f"{name} was not published, {findings}: baton check definitions/processes/{name}.yaml")
    editions = await desk.shelf.everything()
    with_file = set(desk.definitions())
    gone = [e.process for e in editions if e.process not in with_file and _starts(e)]
    problems += [f"{name} has no file any more, and stays published: {WAY_OUT}" for name in gone]
    missing = _missing(desk, [e for e in editions if e.process in with_file])
    return Prepared(tuple(processes), tuple(problems), tuple(missing))


def _starts(edition: Edition) -> bool:
    """Whether something else than a person at the desk starts cases of it."""
    return any(trigger.type != "manual" for trigger in edition.plan.process.triggers)


def _missing(desk: Desk, editions: Sequence[Edition]) -> list[str]:
    used = {name: c for e in editions for name, c in e.plan.resources.connections.items()}
    names = {name for connection in used.values() for name in connection.variables}
    if desk.settings.mail.smtp:  # while mails are caught, no account of ours is asked
        written = connections_of(desk.settings.workspace)() or Connections()
        names |= {*written.mail_variables, *desk.settings.mail.secrets}
    return sorted(name for name in names if not desk.settings.secret(name))


def _ready(stack: Stack, said: Prepared, as_json: bool) -> None:
    settings = stack.settings
    mail = settings.kept / MAIL
    if as_json:
        caught = {"mail": mail if stack.catches else None, "replies": stack.replies or None}
        print_json({"web": settings.base_url, "temporal": stack.temporal, **caught})
        return
    mails = f"caught as files in {mail}, nothing is sent" if stack.catches else f"sent by {stack.mail_server}"
    lines = [
        f"\n{settings.name} is running in {settings.workspace}\n",
        f"  web        {settings.base_url}   (ready)",
        f"  worker     ready, on Temporal at {stack.temporal}",
        f"  mails      {mails}",
        *([f"  replies    by SMTP to {stack.replies}, or: baton mail reply ID --text ..."] if stack.replies else []),
        f"  database   {settings.database_url.partition('@')[2] or settings.database_url}",
        f"  logs       {stack.logs}",
        *(f"  process    {name}" for name in said.processes),
        *(f"  warning    {problem}" for problem in said.problems),
    ]
    if said.missing:
        lines.append(f"  warning    not set, so what needs them does not work: {', '.join(said.missing)}")
    typer.echo("\n".join(lines))
    typer.echo("\nIn another terminal: baton start, baton status, baton tasks, baton mail. Stop with Ctrl-C.\n")


def _silent(text: str) -> None:
    return None
