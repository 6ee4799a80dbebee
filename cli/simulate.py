"""`baton simulate`."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.definition import plan_of
from cli.options import Inputs, Json, Workspace, group, pairs
from cli.problem import UserProblem
from cli.scenery import Scenery
from cli.show import print_json
from engine.language.inputs import BadValues
from engine.language.plan import Plan
from engine.preview.dossier import Views, page, summary, views
from engine.preview.dossier.summary import days, moment
from engine.preview.rehearsal import PERSONAS, Rehearsal, of_script, play
from engine.scenarios.clock import calendar_of, read_time

app = group()

Who = Literal["happy", "silent", "declines", "late"]
_Start = Annotated[str, typer.Option("--start", help="When the case begins, as 2026-03-02 09:00; without: now.")]
_Output = Annotated[Path | None, typer.Option("--output", "-o", help="The file; without: PROCESS-PERSONA.html here.")]


@app.command(
    epilog="Examples: baton simulate client-onboarding --persona silent | "
    'baton simulate client-onboarding --input company=Acme --start "2026-03-02 09:00" -o acme.html | '
    'baton simulate --script definitions/tests/client-onboarding.yaml -k "two reminders"'
)
def simulate(
    definition: Annotated[str, typer.Argument(metavar="[FILE|PROCESS]", help="A file, or the id of a process.")] = "",
    persona: Annotated[Who, typer.Option("--persona", help="How everybody behaves.")] = "happy",
    script: Annotated[Path | None, typer.Option("--script", help="Play a test of this file instead.")] = None,
    words: Annotated[str, typer.Option("-k", help="The test with these words in its title.")] = "",
    inputs: Inputs = [],  # noqa: B006
    start: _Start = "",
    output: _Output = None,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Play a process through before it is used: every mail, document, task and date, as one page to read.

    Nothing is sent and no server is needed. What only people and other systems can say is made up, and listed.
    """
    if script is None:
        scenery = Scenery.of(definition, workspace)
        played = _by_persona(definition, persona, pairs(inputs), start, scenery, workspace)
    else:
        scenery = Scenery.around(script)
        played = _by_script(script, words, scenery)
    seen = asyncio.run(views(played, scenery.sender()))
    file = output or Path(f"{played.plan.process.process}-{'script' if script else persona}.html")
    _write(file, page(played, seen))
    _report(played, seen, file, as_json)


def _by_persona(
    definition: str, persona: str, inputs: dict[str, str], start: str, scenery: Scenery, workspace: Path | None
) -> Rehearsal:
    if not definition:
        raise UserProblem("name a process or a file: baton simulate client-onboarding --persona silent")
    plan = plan_of(definition, workspace)
    try:
        return play(plan, scenery.suite.around(), PERSONAS[persona], inputs, _begin(start, plan, scenery))
    except BadValues as problem:
        raise UserProblem("some values are wrong:", problem.problems) from problem


def _begin(start: str, plan: Plan, scenery: Scenery) -> datetime:
    if not start:
        return datetime.now(UTC).replace(second=0, microsecond=0)
    zone = calendar_of(plan).zone if plan.calendar else scenery.suite.zone
    try:
        at = read_time(start, zone)
    except ValueError as problem:
        raise UserProblem(f"`--start {start}` is no time; write it like 2026-03-02 09:00") from problem
    return at.astimezone(UTC) if isinstance(at, datetime) else calendar_of(plan).opening(at)


def _by_script(script: Path, words: str, scenery: Scenery) -> Rehearsal:
    """The first test with these words in its title, played to the line that cannot happen or to its end."""
    chosen = scenery.tests(script, words)
    played = chosen.player.play(chosen.tests[0])
    if not played.cases:
        raise UserProblem(f"“{played.title}” cannot begin: {played.misses[0].happened}")
    return of_script(chosen.player.plan, played.title, played.cases)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise UserProblem(f"{file} cannot be written: {problem.strerror}") from problem


def _report(played: Rehearsal, seen: Views, file: Path, as_json: bool) -> None:
    if as_json:
        print_json({"file": file, **summary(played, seen)})
        return
    for line in _lines(played, seen):
        typer.echo(line)
    typer.echo(f"\nEverything to read: {file}")


def _lines(played: Rehearsal, seen: Views) -> list[str]:
    found = [f"{played.plan.process.title}. {played.how}", "", played.ending]
    if played.stopped:
        found.append(f"The rehearsal stopped there: {played.stopped}.")
    began, ended = (moment(at, played.zone) for at in (played.began, played.ended))
    found.append(f"From {began} to {ended}: {days(played)} days.")
    counts = ((len(seen.letters), "mail"), (len(seen.papers), "document"), (len(played.tasks()), "task"))
    found.append(", ".join(f"{many} {what}{'s' * (many != 1)}" for many, what in counts) + ".")
    broken = [f"  {letter.template}: {letter.problem}" for letter in seen.letters if letter.problem]
    broken += [f"  {paper.template}: {paper.problem}" for paper in seen.papers if paper.problem]
    return [*found, *(["These cannot be made:", *broken] if broken else [])]
