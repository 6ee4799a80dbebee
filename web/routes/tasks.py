"""Tasks that somebody does by a link: /t/TOKEN."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from engine.desk import BadInputs, LinkView, NotAllowed, NotOpen, NotThere
from engine.runtime.journal import NOT_APPLICABLE
from engine.runtime.view import TaskView
from web.body import Sent, read_form
from web.doors import Link, NoSuchPage, Room, room_of
from web.downloads import download
from web.pages import Notice
from web.questions import TOO_LONG, asked
from web.shown import file_ids
from web.task_page import (
    ACTION,
    BODY,
    CHECKLIST,
    COMMENT,
    OUTCOME,
    SEEN,
    SUBJECT,
    TURNS,
    ending,
    fields_of,
    message_of,
    task_of,
    task_page_of,
)

router = APIRouter()
TaskLink = Annotated[LinkView, Depends(Link("task"))]

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
TAKEN = Notice(409, "Somebody else has it", "")
REFUSED = Notice(403, "This is not for you to decide", "")
# Whatever is in a mail runs nothing, loads nothing and leads nowhere here.
PREVIEW = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
MAX_COMMENT = 4_000
GLANCES = 10


@router.get("/t/{token}")
async def task_page(request: Request, link: TaskLink, token: str) -> Response:
    room = room_of(request)
    if link.state == "open":
        return await task_page_of(room, link, token)
    if link.state == "closed":
        return room.pages.notice(CLOSED)
    return room.pages.show("sent.html", heading="Done. Thank you", text=ending(room, link), rows=(), when="")


@router.get("/t/{token}/files/{file}")
async def task_file(request: Request, link: TaskLink, file: str) -> Response:
    """Only the files that the task shows."""
    if file not in file_ids(task_of(link).show):
        raise NoSuchPage
    try:
        return download(await room_of(request).desk.file(file))
    except NotThere as problem:
        raise NoSuchPage from problem


@router.get("/t/{token}/mail")
async def task_mail(request: Request, link: TaskLink) -> Response:
    """The mail that somebody has to agree to, as its reader will see it; only in a frame that can do nothing."""
    message = await message_of(room_of(request), task_of(link))
    if message is None:
        raise NoSuchPage
    return Response(message.html, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": PREVIEW})


@router.post("/t/{token}")
async def act(request: Request, link: TaskLink, token: str) -> Response:
    """Take it, give it back, say that it does not apply, or finish it: whatever button was pressed."""
    room = room_of(request)
    sent = await read_form(request)
    try:
        errors = await _act(room, link, sent)
    except NotOpen as problem:
        return room.pages.notice(LATE if sent.text(ACTION) not in TURNS else replace(TAKEN, text=_sentence(problem)))
    except NotAllowed as problem:
        return room.pages.notice(replace(REFUSED, text=_sentence(problem)))
    if errors:
        return await task_page_of(room, link, token, sent, errors)
    return RedirectResponse(f"/t/{token}", 303)


async def _act(room: Room, link: LinkView, sent: Sent) -> Mapping[str, str]:
    task, action = task_of(link), sent.text(ACTION)
    if action == "claim":
        await room.desk.claim(task.id, by=link.recipient)
    elif action == "release":
        await room.desk.give_back(task.id, by=link.recipient)
    elif action == NOT_APPLICABLE:
        return await _leave_out(room, link, sent)
    elif action == "rewrite":
        return await _rewrite(room, link, sent)
    else:
        return await _complete(room, link, sent)
    await _shown(room, task)
    return {}


async def _shown(room: Room, task: TaskView) -> None:
    """Until the case has taken it in, so that the page that follows shows it; for a second at most."""
    for _ in range(GLANCES):
        if (await room.desk.task(task.id)).claims != task.claims:
            return
        await asyncio.sleep(0.1)


def _sentence(problem: Exception) -> str:
    text = str(problem)
    return f"{text[:1].upper()}{text[1:]}."


async def _complete(room: Room, link: LinkView, sent: Sent) -> Mapping[str, str]:
    answers = asked(fields_of(link), sent)
    errors = {**answers.errors, **_comment_problem(sent), **await _mail_problem(room, link, sent)}
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
            seen=sent.text(SEEN),
        )
    except BadInputs as problem:
        return {_named(name): text for name, text in problem.problems.items()}
    return {}


async def _leave_out(room: Room, link: LinkView, sent: Sent) -> Mapping[str, str]:
    if errors := _comment_problem(sent):
        return errors
    try:
        await room.desk.say_not_applicable(task_of(link).id, sent.text(COMMENT), by=link.recipient)
    except BadInputs as problem:
        return {_named(name): text for name, text in problem.problems.items()}
    return {}


async def _rewrite(room: Room, link: LinkView, sent: Sent) -> Mapping[str, str]:
    """Another subject or text for the mail, before somebody agrees to it."""
    subject, body = sent.text(SUBJECT).strip(), sent.text(BODY)
    try:
        await room.desk.edit_message(task_of(link).mail, subject=subject, body=body, by=link.recipient)
    except BadInputs as problem:
        return {f"mail-{name}": text for name, text in problem.problems.items()}
    return {}


async def _mail_problem(room: Room, link: LinkView, sent: Sent) -> dict[str, str]:
    """Nobody agrees to a mail that has become another one since they read it."""
    message = await message_of(room, task_of(link))
    if message is None or sent.text(SEEN) == message.mark:
        return {}
    return {OUTCOME: "The mail was changed after you opened this page. Please read it again, and then decide."}


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
