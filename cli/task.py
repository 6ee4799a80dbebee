"""`baton task show` and `baton task done`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.office import ask, ask_with
from cli.options import By, Json, Workspace, group, pairs, who
from cli.place import settings_of
from cli.show import moment, print_json, words
from engine.language.values import display
from engine.store.rows import TaskRow

app = group("Show a task, or finish it.")
TaskId = Annotated[str, typer.Argument(metavar="ID", help="The task's id, from `baton tasks`.")]


@app.command(epilog="Example: baton task show 4f09c2ab17")
def show(task: TaskId, as_json: Json = False, workspace: Workspace = None) -> None:
    """Everything about a task: what it is about, its checklist, its outcomes."""
    settings = settings_of(workspace)
    row = ask_with(settings, lambda desk: desk.task_row(task))
    if as_json:
        print_json(row)
    else:
        typer.echo("\n".join(_lines(row, ZoneInfo(settings.time_zone))))


@app.command(
    epilog="Examples: baton task done 4f09c2ab17 --outcome accept --comment 'Looks fine' "
    "| baton task done 81be40d5f3 --check account"
)
def done(
    task: TaskId,
    outcome: Annotated[str, typer.Option("--outcome", "-o", help="Which of the task's outcomes.")] = "",
    comment: Annotated[str, typer.Option("--comment", "-c", help="What the next ones should know.")] = "",
    check: Annotated[list[str], typer.Option("--check", help="An item of the checklist that is done.")] = [],  # noqa: B006
    answer: Annotated[list[str], typer.Option("--answer", help="NAME=VALUE for the task's form.")] = [],  # noqa: B006
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Finish a task."""
    answers = pairs(answer, "--answer")
    ask(
        workspace,
        lambda desk: desk.complete(task, outcome, comment=comment, answers=answers, checklist=tuple(check), by=who(by)),
    )
    if as_json:
        print_json({"task": task, "outcome": outcome, "done": True})
    else:
        typer.echo(f"Done{': ' + outcome if outcome else ''}. The case goes on.")


def _lines(row: TaskRow, zone: ZoneInfo) -> Iterator[str]:
    task, now = row.task, datetime.now(UTC)
    yield f"{task.title}  ({task.status})"
    yield f"  case      {row.case_title} ({row.case})"
    yield f"  for       {task.assignee or ', '.join((*task.users, *task.groups)) or 'everybody'}"
    if task.description:
        yield f"  about     {task.description}"
    if task.due:
        yield f"  due       {moment(task.due, zone, now)}"
    for item in task.checklist:
        yield f"  [ ] {item['id']:<12} {item['label']}{' (optional)' if item.get('optional') else ''}"
    for name, value in task.show.items():
        yield from _shown(name, value)
    if task.outcome or task.by:
        yield f"  done      {task.outcome} by {task.by}".rstrip()
    if task.comment:
        yield f"  comment   {task.comment}"
    if task.status == "open":
        outcome = f" --outcome {'|'.join(task.outcomes)}" if task.outcomes else ""
        yield f"\nFinish it: baton task done {task.id}{outcome}"


def _shown(name: str, value: object) -> Iterator[str]:
    """A value that the task shows; what was left empty is left out."""
    title = words(name.removeprefix("steps.").replace(".", " "))
    if isinstance(value, dict) and "file" not in value:
        yield f"  {title}"
        for inner, content in value.items():
            if content not in (None, "", []):
                yield f"    {words(inner):<20} {display(content)}"
    else:
        yield f"  {title:<22} {display(value)}"
