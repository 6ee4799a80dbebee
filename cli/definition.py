"""The process that a command is about: a file, or the name of one of the workspace's processes."""

from pathlib import Path
from typing import Annotated

import typer

from activities import STEP_TYPES
from cli.problem import UserProblem
from engine.language.compiler import Compiled, compile_process
from engine.language.plan import Plan
from engine.language.problems import render
from engine.workspace import find

Definition = Annotated[str, typer.Argument(metavar="FILE|PROCESS", help="A file, or the id of a process.")]


def plan_of(definition: str, workspace: Path | None) -> Plan:
    """The compiled process. Raises UserProblem with the findings where it has mistakes."""
    compiled = _compiled(definition, workspace)
    if compiled.plan is None:
        raise UserProblem(f"it has mistakes, which come first:\n\n{render(compiled.problems)}")
    return compiled.plan


def _compiled(definition: str, workspace: Path | None) -> Compiled:
    if not definition.endswith((".yaml", ".yml")):
        return _by_name(definition, workspace)
    if not Path(definition).is_file():
        raise UserProblem(f"there is no file {definition}")
    return compile_process(Path.cwd(), Path(definition), STEP_TYPES)


def _by_name(process: str, workspace: Path | None) -> Compiled:
    try:
        return compile_process(find(workspace or Path.cwd()), process, STEP_TYPES)
    except FileNotFoundError as problem:
        raise UserProblem(str(problem)) from problem
