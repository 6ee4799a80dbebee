"""Documents to sign: /s/TOKEN."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from engine.desk import FileContent, LinkView, NotOpen
from engine.desk.answers import CONSENT
from engine.language.values import display_datetime
from web.body import Sent, read_form
from web.doors import Link, NoSuchPage, Room, address_of, room_of
from web.downloads import download
from web.pages import Notice
from web.questions import TOO_LONG, Question, faults
from web.routes.forms import status_of
from web.shown import Row, size

router = APIRouter()
SignatureLink = Annotated[LinkView, Depends(Link("signature"))]

NAME = Question("typed_name", "Your full name", "line", help="Typing it here is your signature.", autocomplete="name")
AGREED = Question("consent", CONSENT, "line")
REASON = Question("reason", "What is not right?", "area", help="A sentence is enough. We read it and come back to you.")
SIGNED = "Your signature has arrived. You may save the document; this page stays as it is."
DECLINED = "We read why, and come back to you. Nothing was signed."
CLOSED = Notice(
    200,
    "This document is closed",
    "It no longer waits for a signature, so there is nothing to do for you.\n\n"
    "If you think that this is a mistake, simply reply to the last message that we sent you.",
)
LATE = Notice(
    409,
    "This document had been closed",
    "While you were reading, it was signed, declined or withdrawn, so nothing was changed.\n\n"
    "If you think that this is a mistake, simply reply to the last message that we sent you.",
)


@router.get("/s/{token}")
async def document_page(request: Request, link: SignatureLink, token: str) -> Response:
    room = room_of(request)
    if link.state == "open":
        return _page(room, link, token)
    return _ended(room, link, token)


@router.get("/s/{token}/document.pdf")
async def document_file(link: SignatureLink) -> Response:
    return download(document_of(link))


@router.post("/s/{token}")
async def sign_or_decline(request: Request, link: SignatureLink, token: str) -> Response:
    room = room_of(request)
    sent = await read_form(request)
    try:
        errors = _too_long(sent) or await _record(room, request, token, sent)
    except NotOpen:
        if not _is_repeat(link, sent):
            return room.pages.notice(LATE)
        errors = {}
    if errors:
        return _page(room, link, token, sent, errors)
    return RedirectResponse(f"/s/{token}", 303)


async def _record(room: Room, request: Request, token: str, sent: Sent) -> dict[str, str]:
    if _declines(sent):
        return await room.desk.decline(token, sent.text("reason"))
    agent = request.headers.get("user-agent", "")[:500]
    consents = sent.text("consent") == "yes"
    name = "".join(letter for letter in sent.text("typed_name") if letter.isprintable())
    return await room.desk.sign(token, name, consents, address_of(request), agent)


def _declines(sent: Sent) -> bool:
    return bool(sent.text("decline"))


def _is_repeat(link: LinkView, sent: Sent) -> bool:
    """Whether this is what the page was answered with before: somebody pressed the button twice."""
    return link.answers.get("outcome") == ("declined" if _declines(sent) else "signed")


def _too_long(sent: Sent) -> dict[str, str]:
    return {name: TOO_LONG for name in ("typed_name", "reason") if name in sent.too_long}


def document_of(link: LinkView) -> FileContent:
    if link.document is None:
        raise NoSuchPage
    return link.document


def _page(
    room: Room, link: LinkView, token: str, sent: Sent | None = None, errors: Mapping[str, str] | None = None
) -> Response:
    name, consent, reason = _asked(sent, errors or {})
    document = document_of(link)
    return room.pages.show(
        "signature.html",
        status_of(sent, errors),
        heading=link.title,
        document=document,
        size=f"PDF, {size(len(document.content))}",
        file=f"/s/{token}/document.pdf",
        name=name,
        consent=consent,
        reason=reason,
        errors=faults((name, consent, reason), errors or {}),
        recipient=link.recipient,
    )


def _asked(sent: Sent | None, errors: Mapping[str, str]) -> list[Question]:
    """The three questions of the page, with what was sent kept and the first error in focus."""
    first = next((q.id for q in (NAME, AGREED, REASON) if q.id in errors), "")
    return [
        replace(q, given=sent.texts.get(q.id, ()) if sent else (), error=errors.get(q.id, ""), focus=q.id == first)
        for q in (NAME, AGREED, REASON)
    ]


def _ended(room: Room, link: LinkView, token: str) -> Response:
    """After the answer: what was answered, and the document to keep."""
    if link.document is None:
        return room.pages.notice(CLOSED)
    is_signed = link.answers.get("outcome") == "signed"
    return room.pages.show(
        "signed.html",
        heading="Signed. Thank you" if is_signed else "You have declined to sign",
        text=SIGNED if is_signed else DECLINED,
        signed=is_signed,
        document=link.document,
        size=f"PDF, {size(len(link.document.content))}",
        file=f"/s/{token}/document.pdf",
        rows=_kept(room, link),
    )


def _kept(room: Room, link: LinkView) -> list[Row]:
    """What we keep of a signature or of a refusal, as its giver may see it."""
    when = display_datetime(link.answered_at, room.pages.zone) if link.answered_at else ""
    rows = [
        Row("By", link.recipient),
        Row("When", when),
        Row("Your reason", str(link.answers.get("reason", ""))),
        Row("Fingerprint of the document", str(link.answers.get("document", ""))),
    ]
    return [row for row in rows if row.text]
