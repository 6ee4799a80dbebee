"""What one is sent: /u/TOKEN, the page behind every link to unsubscribe.

It needs no login and no cookie, and asks nothing. GET changes nothing, so a program that looks at the links of a mail
unsubscribes nobody. A mail program posts `List-Unsubscribe=One-Click` (RFC 8058) and follows no redirect; our page
posts which kind of mail, and comes back to itself.
"""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from engine.desk.subscriptions import Choice, Subscriber
from engine.language.values import display_date
from web.body import read_form
from web.doors import Leave, NoSuchPage, room_of
from web.pages import Notice

router = APIRouter()
LeaveLink = Annotated[Subscriber, Depends(Leave())]

FORGOTTEN = Notice(
    200,
    "We do not write to you any more",
    "We have erased what we knew of you, and send nothing to your address.",
)
NAMES = {"marketing": "Offers and news", "process": "Mails about what we do for you"}
WHY = {
    "bounced": "We do not send you these: mails to your address came back to us.",
    "blocked": "We do not send you these.",
}


@dataclass(frozen=True)
class Line:
    """One kind of mail as the page shows it; `button` is what pressing it does: stop, resume, or nothing."""

    class_: str
    title: str
    state: str
    button: str


@router.get("/u/{token}")
async def sent_to_you(request: Request, who: LeaveLink) -> Response:
    pages = room_of(request).pages
    if not who.address:
        return pages.notice(FORGOTTEN)
    lines = [_line(choice, pages.zone) for choice in who.choices]
    return pages.show("unsubscribe.html", lines=lines, address=masked(who.address))


@router.post("/u/{token}")
async def change(request: Request, who: LeaveLink, token: str) -> Response:
    desk, sent = room_of(request).desk, await read_form(request)
    if sent.text("List-Unsubscribe") == "One-Click":
        await desk.unsubscribe(token)
        return Response("unsubscribed\n", media_type="text/plain")
    stop, resume = sent.text("stop"), sent.text("resume")
    done = await (desk.unsubscribe(token, stop) if stop else desk.resubscribe(token, resume))
    if not done:
        raise NoSuchPage
    return RedirectResponse(f"/u/{token}", 303)


def masked(address: str) -> str:
    """`a•••@acme.test`: its owner knows it, and whoever has a forwarded mail need not."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def _line(choice: Choice, zone: ZoneInfo) -> Line:
    title = NAMES[choice.class_]
    if not choice.stopped:
        return Line(choice.class_, title, "You get these.", "stop")
    if choice.ours:
        return Line(choice.class_, title, WHY[choice.stopped], "")
    since = f" since {display_date(choice.since.astimezone(zone))}" if choice.since else ""
    return Line(choice.class_, title, f"You have not been getting these{since}.", "resume")
