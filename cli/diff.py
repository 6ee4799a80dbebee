"""`baton diff`."""

from pathlib import Path
from typing import Annotated

import typer

from activities import STEP_TYPES
from cli.office import ask
from cli.options import Json, Workspace, group
from cli.problem import UserProblem
from cli.show import print_json
from engine.desk.desk import Desk
from engine.language.compiler import compile_process
from engine.language.plan import Plan
from engine.language.problems import render
from engine.runtime.differences import Change, differences

app = group()
EXAMPLES = (
    "Examples: baton diff client-onboarding (the live version and the file) | baton diff client-onboarding 2 3 | "
    "baton diff client-onboarding 2 (and the file) | baton diff client-onboarding@2 new.yaml | baton diff a.yaml b.yaml"
)


@app.command(epilog=EXAMPLES)
def diff(
    parts: Annotated[list[str], typer.Argument(metavar="OLD [NEW]", help="A process, PROCESS@VERSION, or a file.")],
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """What differs between two versions of a process, in plain sentences."""
    old, new = _pair(parts)
    changes = differences(_plan(old, workspace), _plan(new, workspace))
    if as_json:
        print_json(changes)
        return
    typer.echo(_report(changes))


def _pair(parts: list[str]) -> tuple[str, str]:
    """The two sides, each as `PROCESS@VERSION`, `PROCESS@live`, `PROCESS` (its file) or a file."""
    first, *rest = parts
    match rest:
        case []:
            return f"{first}@live" if "@" not in first else first, first.partition("@")[0]
        case [one] if one.isdigit():
            return f"{first}@{one}", first
        case [one]:
            return first, one
        case [one, other] if one.isdigit() and other.isdigit():
            return f"{first}@{one}", f"{first}@{other}"
    raise UserProblem(f"name two versions or files. {EXAMPLES}")


def _plan(side: str, workspace: Path | None) -> Plan:
    process, at, version = side.rpartition("@")
    if at and not Path(side).is_file():
        if version != "live" and not version.isdigit():
            raise UserProblem(f"`{side}` is no version; write for example {process}@2")
        number = None if version == "live" else int(version)
        return ask(workspace, lambda desk: _published(desk, process, number))
    if side.endswith((".yaml", ".yml")):
        return _file(Path(side))
    return ask(workspace, lambda desk: desk.written(side))


async def _published(desk: Desk, process: str, version: int | None) -> Plan:
    return (await desk.published(process, version)).plan


def _file(path: Path) -> Plan:
    if not path.is_file():
        raise UserProblem(f"there is no file {path}")
    compiled = compile_process(path.parent, path, STEP_TYPES)
    if compiled.plan is None:
        raise UserProblem(f"{path} has mistakes\n\n{render(compiled.problems)}")
    return compiled.plan


def _report(changes: tuple[Change, ...]) -> str:
    if not changes:
        return "They are the same."
    count = f"{len(changes)} difference{'s' if len(changes) > 1 else ''}"
    return "\n".join([*(change.text for change in changes), "", count])
