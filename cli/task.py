"""`baton task show` and `baton task done`."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.office import ask, ask_with, set_going
from cli.options import By, Json, Workspace, group, pairs
from cli.outbox import message_lines
from cli.people import who
from cli.place import settings_of
from cli.show import print_json, say
from cli.task_lines import task_lines

app = group("Show a task, take it, or finish it.")
TaskId = Annotated[str, typer.Argument(metavar="ID", help="The task's id, from `baton tasks`.")]


@app.command(epilog="Example: baton task show 4f09c2ab17")
def show(task: TaskId, as_json: Json = False, workspace: Workspace = None) -> None:
    """Everything about a task: what it is about, its checklist, its outcomes."""
    settings = settings_of(workspace)
    row = ask_with(settings, lambda desk: desk.task_row(task))
    if as_json:
        print_json(row)
        return
    zone = ZoneInfo(settings.time_zone)
    typer.echo("\n".join(task_lines(row, zone)))
    if row.task.mail:
        message = ask_with(settings, lambda desk: desk.message(row.task.mail))
        typer.echo("\n".join(("", *message_lines(message, zone))))


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
    """Finish a task, or vote on it."""
    answers, me = pairs(answer, "--answer"), who(by, workspace)
    set_going(
        workspace,
        lambda desk: desk.complete(task, outcome, comment=comment, answers=answers, checklist=tuple(check), by=me),
    )
    text = f"Done{': ' + outcome if outcome else ''}. The case goes on."
    say({"task": task, "outcome": outcome, "done": True}, text, as_json)


@app.command(epilog="Example: baton task claim 4f09c2ab17 --by sam")
def claim(task: TaskId, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Take a task of your team, so that the others see that you have it."""
    me = who(by, workspace)
    ask(workspace, lambda desk: desk.claim(task, by=me))
    say({"task": task, "claimed_by": me}, f"{me} takes it. Give it back with: baton task give-back {task}", as_json)


@app.command(name="give-back", epilog="Example: baton task give-back 4f09c2ab17 --by sam")
def give_back(task: TaskId, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Give a task that you have taken back to your team."""
    me = who(by, workspace)
    ask(workspace, lambda desk: desk.give_back(task, by=me))
    say({"task": task, "given_back_by": me}, "Given back to everybody who may take it.", as_json)


@app.command(name="not-applicable", epilog="Example: baton task not-applicable 4f09c2ab17 --reason 'Works from home'")
def not_applicable(
    task: TaskId,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why it does not apply.")],
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Close a task that does not apply here."""
    me = who(by, workspace)
    ask(workspace, lambda desk: desk.say_not_applicable(task, reason, by=me))
    say({"task": task, "outcome": "not_applicable"}, "Closed: it does not apply. The case goes on.", as_json)
