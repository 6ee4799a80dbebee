"""`baton diagram`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.definition import plan_of
from cli.office import ask
from cli.options import Workspace, group
from cli.problem import UserProblem
from engine.language.plan import Plan
from engine.preview.diagram import Progress, drawn, mermaid, progress, svg

app = group()

Format = Literal["svg", "mermaid"]


@app.command(
    epilog="Examples: baton diagram client-onboarding -o onboarding.svg | "
    "baton diagram definitions/processes/client-onboarding.yaml --format mermaid | "
    "baton diagram --case client-onboarding-k3f7q2abcd -o case.svg"
)
def diagram(
    definition: Annotated[str, typer.Argument(metavar="[FILE|PROCESS]", help="A file, or the id of a process.")] = "",
    format_: Annotated[Format, typer.Option("--format", help="A picture, or text that pages draw themselves.")] = "svg",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file to write; without: print it.")] = None,
    case: Annotated[str, typer.Option("--case", help="Colour in how far this case has come.")] = "",
    workspace: Workspace = None,
) -> None:
    """Draw a process: every step, branch and loop, what happens at the side, and what is listened to."""
    plan, done = _subject(definition, case, workspace)
    text = mermaid(plan, done) if format_ == "mermaid" else _picture(plan, done)
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write(output, text)


def _subject(definition: str, case: str, workspace: Path | None) -> tuple[Plan, Progress]:
    """What is drawn: a case's own version of its process, or the process as it is written now."""
    if not case:
        if not definition:
            raise UserProblem("name a process or a file, or a case: baton diagram client-onboarding")
        return plan_of(definition, workspace), Progress()
    standing = ask(workspace, lambda desk: desk.standing(case))
    if definition not in ("", standing.summary.process):
        raise UserProblem(f"the case `{case}` is one of `{standing.summary.process}`: leave `{definition}` out")
    return standing.plan, progress(standing.state)


def _picture(plan: Plan, done: Progress) -> str:
    process = plan.process
    of = f" ({done.of_case})" if done.of_case else ""
    return svg(drawn(plan, done), f"{process.title}{of}", process.description or "")


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise UserProblem(f"cannot write {output}: {problem.strerror}") from problem
    typer.echo(f"{output} written")
