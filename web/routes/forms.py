"""Questionnaires: /f/TOKEN."""

import re
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from engine.desk import FormPage, LinkView, NotOpen
from engine.language.values import display_datetime
from web.body import Sent, read_form
from web.doors import Link, NoSuchPage, Room, room_of
from web.pages import Notice
from web.questions import asked, draw, faults
from web.shown import answer_rows

router = APIRouter()
FormLink = Annotated[LinkView, Depends(Link("form"))]

_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{22}")
THANKS = "Your answers have arrived. There is nothing else to do for now."
CLOSED = Notice(
    200,
    "This questionnaire is closed",
    "We no longer need an answer here, so there is nothing to do for you.\n\n"
    "If there is something that you still want to tell us, simply reply to the last message that we sent you.",
)
LATE = Notice(
    200,
    "Thank you, even if it came late",
    "This questionnaire had been answered or closed before. We have kept what you sent, and a person will see it.\n\n"
    "If it is urgent, simply reply to the last message that we sent you.",
)


@router.get("/f/{token}")
async def questionnaire(request: Request, link: FormLink) -> Response:
    room = room_of(request)
    form = form_of(link)
    if link.state == "closed":
        return room.pages.notice(CLOSED)
    if link.state == "answered":
        rows = answer_rows(link.answers, form.fields, room.pages.zone)
        when = display_datetime(link.answered_at, room.pages.zone) if link.answered_at else ""
        return room.pages.show("sent.html", heading="Thank you", text=thanks_of(form), rows=rows, when=when)
    if link.kind == "case_form" and "sent" in request.query_params:  # it may be sent again, so it stays open
        return room.pages.show("sent.html", heading="Thank you", text=thanks_of(form), rows=[], when="")
    return form_page(room, form, personal=True, submission=new_submission() if link.kind == "case_form" else "")


@router.post("/f/{token}")
async def answer(request: Request, link: FormLink, token: str) -> Response:
    room = room_of(request)
    form = form_of(link)
    sent = await read_form(request)
    answers = asked(form.fields, sent)
    submission = submission_of(sent)
    try:
        errors = answers.errors or await room.desk.answer(token, answers.raw, once(submission, sent))
    except NotOpen:
        return room.pages.notice(LATE)
    if errors and link.state in ("answered", "closed"):  # there is nothing to be put right any more
        return await questionnaire(request, link)
    if errors:
        again = submission if link.kind == "case_form" else ""
        return form_page(room, form, sent, errors, personal=True, submission=again)
    return RedirectResponse(f"/f/{token}?sent" if link.kind == "case_form" else f"/f/{token}", 303)


def new_submission() -> str:
    """The number of one page: pressing its button twice sends one thing."""
    return secrets.token_urlsafe(16)


def submission_of(sent: Sent) -> str:
    """The number of the page that was sent, or a fresh one where it carries none of ours."""
    given = sent.text("form-submission")
    return given if _SUBMISSION.fullmatch(given) else new_submission()


def once(submission: str, sent: Sent) -> str:
    """What makes two sendings one: the same page with the same answers. Who goes back and corrects an answer is
    heard."""
    said = sorted((name, values) for name, values in sent.texts.items())
    files = sorted((name, file.name, sha256(file.content).hexdigest()) for name, file in sent.uploads.items())
    return f"{submission}-{sha256(repr((said, files)).encode()).hexdigest()[:20]}"


def thanks_of(form: FormPage) -> str:
    """What stands under the heading, which says thank you already."""
    return form.thanks.strip().removeprefix("Thank you. ") or THANKS


def form_of(link: LinkView) -> FormPage:
    if link.form is None:
        raise NoSuchPage
    return link.form


def form_page(
    room: Room,
    form: FormPage,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    personal: bool = False,
    submission: str = "",
    trap: str = "",
) -> Response:
    """The form, empty or with what was sent and what is wrong with it (422, or 413 when it was too much)."""
    questions = draw(form.fields, room.pages.currency, str(room.pages.zone), sent, errors)
    return room.pages.show(
        "form.html",
        status_of(sent, errors),
        form=form,
        questions=questions,
        errors=faults(questions, errors or {}),
        uploads=any(q.control == "file" for q in questions),
        personal=personal,
        submission=submission,
        trap=trap,
    )


def status_of(sent: Sent | None, errors: Mapping[str, str] | None) -> int:
    if not errors:
        return 200
    return 413 if sent is not None and sent.too_long else 422
