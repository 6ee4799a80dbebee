"""Tasks that somebody does by a link: /t/TOKEN."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from engine.desk import BadInputs, LinkView, NotOpen, NotThere
from engine.language.resources import Input
from engine.language.values import display_datetime
from engine.runtime.view import TaskView
from web.body import Sent, read_form
from web.doors import Link, NoSuchPage, Room, room_of
from web.downloads import download
from web.pages import Notice
from web.questions import TOO_LONG, Choice, Question, asked, draw, faults
from web.routes.forms import status_of
from web.shown import file_ids, files, groups, words

router = APIRouter()
TaskLink = Annotated[LinkView, Depends(Link("task"))]

# A task's own controls have a hyphen in their names; the ids of questions never do.
OUTCOME, COMMENT, CHECKLIST = "task-outcome", "task-comment", "task-checklist"

CLOSED = Notice(
    200,
    "This task is closed",
    "It is no longer needed, or somebody else has taken care of it. There is nothing to do for you.",
)
LATE = Notice(
    409,
    "This was done before",
    "The task had been finished or closed already, so nothing was changed just now.",
)
MAX_COMMENT = 4_000


@router.get("/t/{token}")
async def task_page(request: Request, link: TaskLink, token: str) -> Response:
    room = room_of(request)
    if link.state == "open":
        return _page(room, link, token)
    if link.state == "closed":
        return room.pages.notice(CLOSED)
    return room.pages.show("sent.html", heading="Done. Thank you", text=_ending(task_of(link)), rows=(), when="")


@router.get("/t/{token}/files/{file}")
async def task_file(request: Request, link: TaskLink, file: str) -> Response:
    """Only the files that the task shows."""
    if file not in file_ids(task_of(link).show):
        raise NoSuchPage
    try:
        return download(await room_of(request).desk.file(file))
    except NotThere as problem:
        raise NoSuchPage from problem


@router.post("/t/{token}")
async def finish(request: Request, link: TaskLink, token: str) -> Response:
    room = room_of(request)
    sent = await read_form(request)
    try:
        errors = await _complete(room, link, sent)
    except NotOpen:
        return room.pages.notice(LATE)
    if errors:
        return _page(room, link, token, sent, errors)
    return RedirectResponse(f"/t/{token}", 303)


def task_of(link: LinkView) -> TaskView:
    if link.task is None:
        raise NoSuchPage
    return link.task


def _fields(link: LinkView) -> Mapping[str, Input]:
    return link.form.fields if link.form else {}


async def _complete(room: Room, link: LinkView, sent: Sent) -> Mapping[str, str]:
    answers = asked(_fields(link), sent)
    errors = {**answers.errors, **_comment_problem(sent)}
    if errors:
        return errors
    try:
        await room.desk.complete(
            task_of(link).id,
            sent.text(OUTCOME),
            comment=sent.text(COMMENT).strip(),
            answers=answers.raw,
            checklist=sent.texts.get(CHECKLIST, ()),
            by=link.recipient,
        )
    except BadInputs as problem:
        return {_named(name): text for name, text in problem.problems.items()}
    return {}


def _comment_problem(sent: Sent) -> dict[str, str]:
    if COMMENT in sent.too_long:
        return {COMMENT: TOO_LONG}
    if len(sent.text(COMMENT)) > MAX_COMMENT:
        return {COMMENT: f"Please use at most {MAX_COMMENT:,} characters."}
    return {}


def _named(name: str) -> str:
    """The control that an error of the desk belongs to."""
    own = {"outcome": OUTCOME, "comment": COMMENT}
    return CHECKLIST if name.startswith("checklist") else own.get(name, name.removeprefix("answers."))


def _page(
    room: Room, link: LinkView, token: str, sent: Sent | None = None, errors: Mapping[str, str] | None = None
) -> Response:
    task, folder = task_of(link), f"/t/{token}/files"
    questions = _questions(room, link, sent, errors or {})
    return room.pages.show(
        "task.html",
        status_of(sent, errors),
        task=task,
        facts=_facts(room, link),
        files=files(task.show, folder),
        shown=groups(task.show, room.pages.zone, folder),
        questions=questions,
        outcomes=_outcomes(task),
        errors=faults(questions, errors or {}),
        uploads=any(q.control == "file" for q in questions),
        recipient=link.recipient,
    )


def _questions(room: Room, link: LinkView, sent: Sent | None, errors: Mapping[str, str]) -> tuple[Question, ...]:
    """The checklist, the task's own form and the comment: one after the other on the page."""
    asked_for = draw(_fields(link), room.pages.currency, str(room.pages.zone), sent, errors)
    return (*_checklist(task_of(link), sent, errors), *asked_for, _comment(sent, errors))


def _checklist(task: TaskView, sent: Sent | None, errors: Mapping[str, str]) -> tuple[Question, ...]:
    if not task.checklist:
        return ()
    items = tuple(
        Choice(item["id"], item["label"], "optional" if item.get("optional") else "") for item in task.checklist
    )
    given = sent.texts.get(CHECKLIST, ()) if sent else ()
    error = errors.get(CHECKLIST, "")
    return (Question(CHECKLIST, "Please check", "many", choices=items, given=given, error=error, focus=bool(error)),)


def _comment(sent: Sent | None, errors: Mapping[str, str]) -> Question:
    given = sent.texts.get(COMMENT, ()) if sent else ()
    error = errors.get(COMMENT, "")
    return Question(COMMENT, "Comment", "area", optional=True, given=given, error=error)


def _outcomes(task: TaskView) -> tuple[Choice, ...]:
    return tuple(Choice(outcome, words(outcome)) for outcome in task.outcomes) or (Choice("", "It is done"),)


def _facts(room: Room, link: LinkView) -> list[str]:
    task = task_of(link)
    due = f"Due {display_datetime(task.due, room.pages.zone)}" if task.due else ""
    priority = f"{words(task.priority)} priority" if task.priority != "normal" else ""
    return [fact for fact in (link.process_title, due, priority) if fact]


def _ending(task: TaskView) -> str:
    return f"It was finished with: {words(task.outcome)}." if task.outcome else "There is nothing else to do here."
