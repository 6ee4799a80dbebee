"""The page of a task: what it shows to the one who opens it."""

from collections.abc import Mapping

from fastapi import Response

from engine.desk import LinkView, NotThere
from engine.desk.outbox import Message
from engine.language.resources import Input
from engine.language.staff import title
from engine.language.values import display_datetime
from engine.runtime.journal import NOT_APPLICABLE
from engine.runtime.view import TaskView
from web.body import Sent
from web.doors import NoSuchPage, Room
from web.questions import Choice, Question, draw, faults
from web.routes.forms import status_of
from web.shown import Row, files, groups, words

# A task's own controls have a hyphen in their names; the ids of questions never do.
OUTCOME, COMMENT, CHECKLIST, ACTION = "task-outcome", "task-comment", "task-checklist", "task-action"
SUBJECT, BODY, SEEN = "mail-subject", "mail-body", "mail-seen"
TURNS = ("claim", "release")


def task_of(link: LinkView) -> TaskView:
    if link.task is None:
        raise NoSuchPage
    return link.task


def fields_of(link: LinkView) -> Mapping[str, Input]:
    """The questions of the task's own form."""
    return link.form.fields if link.form else {}


async def message_of(room: Room, task: TaskView) -> Message | None:
    """The mail that somebody has to agree to, while it waits."""
    if not task.mail:
        return None
    try:
        message = await room.desk.message(task.mail)
    except NotThere:
        return None
    return message if message.html else None


async def task_page_of(
    room: Room, link: LinkView, token: str, sent: Sent | None = None, errors: Mapping[str, str] | None = None
) -> Response:
    """The page of an open task: what it is about, who has it, and its buttons."""
    task, folder = task_of(link), f"/t/{token}/files"
    part = room.desk.part_in(task, link.recipient)
    questions = _questions(room, link, sent, errors or {})
    message = await message_of(room, task)
    return room.pages.show(
        "task.html",
        status_of(sent, errors),
        task=task,
        part=part,
        votes=_votes(room, task),
        facts=_facts(room, link),
        files=files(task.show, folder),
        shown=groups(task.show, room.pages.zone, folder),
        questions=questions,
        outcomes=_outcomes(task),
        errors=faults(questions, errors or {}),
        uploads=any(q.control == "file" for q in questions),
        recipient=link.recipient,
        message=message,
        seen=message.mark if message else "",
        preview=f"/t/{token}/mail",
    )


def _questions(room: Room, link: LinkView, sent: Sent | None, errors: Mapping[str, str]) -> tuple[Question, ...]:
    """The checklist, the task's own form and the comment: one after the other on the page."""
    asked_for = draw(fields_of(link), room.pages.currency, str(room.pages.zone), sent, errors)
    return (*_checklist(task_of(link), sent, errors), *asked_for, _comment(task_of(link), sent, errors))


def _checklist(task: TaskView, sent: Sent | None, errors: Mapping[str, str]) -> tuple[Question, ...]:
    if not task.checklist:
        return ()
    items = tuple(
        Choice(item["id"], item["label"], "optional" if item.get("optional") else "") for item in task.checklist
    )
    given = sent.texts.get(CHECKLIST, ()) if sent else ()
    error = errors.get(CHECKLIST, "")
    return (Question(CHECKLIST, "Please check", "many", choices=items, given=given, error=error, focus=bool(error)),)


def _comment(task: TaskView, sent: Sent | None, errors: Mapping[str, str]) -> Question:
    given = sent.texts.get(COMMENT, ()) if sent else ()
    error = errors.get(COMMENT, "")
    needed = [task.labels.get(name) or words(name) for name in task.comments]
    needed += ["Does not apply"] if task.not_applicable else []
    help_ = f"Please say why, if you choose {' or '.join(f'“{name}”' for name in needed)}." if needed else ""
    return Question(COMMENT, "Comment", "area", help=help_, optional=True, given=given, error=error)


def _outcomes(task: TaskView) -> tuple[Choice, ...]:
    named = (Choice(outcome, task.labels.get(outcome) or words(outcome)) for outcome in task.outcomes)
    return tuple(named) or (Choice("", "It is done"),)


def _votes(room: Room, task: TaskView) -> tuple[Row, ...]:
    """Who has voted, how, and why."""
    staff = room.desk.staff()
    said = ((vote, task.labels.get(vote["outcome"]) or words(vote["outcome"])) for vote in task.votes)
    return tuple(Row(title(staff, v["by"]), f"{how}: {v['comment']}" if v["comment"] else how) for v, how in said)


def _facts(room: Room, link: LinkView) -> list[str]:
    task = task_of(link)
    due = f"Due {display_datetime(task.due, room.pages.zone)}" if task.due else ""
    priority = f"{words(task.priority)} priority" if task.priority != "normal" else ""
    aside = f"Put aside until {display_datetime(task.follow_up, room.pages.zone)}" if task.follow_up else ""
    return [fact for fact in (link.process_title, due, priority, aside) if fact]


def ending(room: Room, link: LinkView) -> str:
    """What the page says when it was done, by a decision or by this person's vote."""
    task = task_of(link)
    if task.status == "open":
        return f"Your vote is counted. So far: {task.progress}." if link.voted else "Your vote has arrived."
    if task.outcome == NOT_APPLICABLE:
        return "It does not apply."
    how = task.labels.get(task.outcome) or words(task.outcome)
    return f"It was finished with: {how}." if task.outcomes else "There is nothing else to do here."
