"""`baton doctor`."""

import asyncio
from dataclasses import asdict

import typer
from rich.console import Console
from rich.text import Text

from cli.checked import asked
from cli.columns import printable
from cli.lazy import WORKER, load
from cli.lock import runs
from cli.office import ask_with
from cli.options import Json, Workspace, group
from cli.place import settings_of
from cli.show import print_json
from engine.desk.desk import Desk
from engine.health.doctor import Doctor
from engine.health.finding import Finding
from engine.settings import Settings

app = group()
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@app.command(epilog="Examples: baton doctor | baton doctor --json")
def doctor(as_json: Json = False, workspace: Workspace = None) -> None:
    """Ask everything that Baton stands on whether it is well, and say what to do. Exit code 1 if something fails.

    Nothing is changed and no mail is sent: mail servers, mailboxes, Temporal, the database, clocks, the web address,
    certificates, packages, permissions, secrets.
    """
    settings = settings_of(workspace)
    found = ask_with(settings, lambda desk: _examined(desk, settings))
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        console = Console(highlight=False, soft_wrap=True)
        for finding in found:
            console.print(_line(finding))
        console.print(_summary(found))
    if any(finding.state == "fail" for finding in found):
        raise typer.Exit(1)


async def _examined(desk: Desk, settings: Settings) -> list[Finding]:
    async def temporal() -> list[Finding]:
        return await _temporal(settings)

    async def definitions() -> list[Finding]:
        return await asyncio.to_thread(_definitions, settings)

    more = (("definitions", definitions), ("temporal", temporal))
    return await Doctor(settings, desk.store, more).examine(await desk.ways())


def _definitions(settings: Settings) -> list[Finding]:
    survey = asked(None, settings.workspace)({})
    wrong = dict.fromkeys(problem.file for problem in survey.problems if problem.severity == "error")
    if not wrong:
        return [Finding("definitions", "ok", f"{survey.files} files without mistakes")]
    said = f"mistakes in {', '.join(wrong)}: what was published goes on, and these files are not used"
    return [Finding("definitions", "fail", said, "baton check")]


async def _temporal(settings: Settings) -> list[Finding]:
    if settings.brings_temporal:
        there = runs(settings.kept)
        said = "`baton up` brings its own server, and is running" if there else "`baton up` brings its own server"
        return [Finding("temporal", "ok", said)]
    try:
        seen = await load(WORKER).look_at_temporal(settings)
    except ConnectionError as problem:
        return [Finding("temporal", "fail", str(problem), "start it, or see temporal.address in baton.yaml")]
    if not seen.namespace:
        namespace = settings.temporal.namespace
        do = f"temporal operator namespace create -n {namespace} --retention 30d"
        return [Finding("temporal", "fail", f"the server ({seen.version}) has no namespace `{namespace}`", do)]
    if not seen.attributes:
        do = "use Temporal 1.29 or newer: without it nobody is told of cases that are stuck"
        return [Finding("temporal", "warn", f"server {seen.version} cannot say which cases are stuck", do)]
    said = f"server {seen.version}, namespace {seen.namespace}, history kept {seen.retention_days} days"
    return [Finding("temporal", "ok", said)]


def _line(finding: Finding) -> Text:
    line = Text()
    line.append(f"{finding.state:<5}", style=_COLOURS[finding.state])
    line.append(f"{finding.name:<20} {printable(finding.said)}")
    if finding.do:
        line.append(f"\n{'':<26}-> {printable(finding.do)}", style="dim")
    return line


def _summary(found: list[Finding]) -> str:
    fails, warns = (sum(finding.state == state for finding in found) for state in ("fail", "warn"))
    if not fails and not warns:
        return "\nEverything is well."
    return f"\n{fails} to repair, {warns} to look at."
