"""Who may use a route. Every route depends on exactly one door; the door is what lets people in."""

import hmac
import re
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from fastapi import Request

from engine.desk import LinkView
from engine.desk.desk import Desk
from engine.desk.subscriptions import Subscriber
from engine.gateways.visitors import visitor_of
from web.body import Memory
from web.guard import is_foreign
from web.pace import Limits, Pace
from web.pages import Pages

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""What a proxy in between says: who asks is not on this machine then."""
MAILS = 150_000_000  # bytes of mails that are received at the same time
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class NoSuchPage(Exception):  # noqa: N818 - named as it is said
    """Wrong, expired, never there: people see the same page, so that nobody can tell which."""


class Foreign(Exception):  # noqa: N818 - named as it is said
    """A form was sent from another site's page."""


class TooOften(Exception):  # noqa: N818 - named as it is said
    """This sender has to wait for a minute."""


@dataclass(frozen=True)
class Room:
    """What the routes work with: `request.app.state.room`."""

    desk: Desk
    pages: Pages
    base_url: str
    pace: Pace
    limits: Limits
    mails: Memory = field(default_factory=lambda: Memory(MAILS))


def room_of(request: Request) -> Room:
    return cast(Room, request.app.state.room)


class Door(Protocol):
    """`audience` names who passes; calling it lets them in, or raises."""

    @property
    def audience(self) -> str: ...

    async def __call__(self, request: Request) -> Any: ...


@dataclass(frozen=True)
class Anyone:
    """Open to everybody; what is sent must come from our own page."""

    audience: str = "anyone"

    async def __call__(self, request: Request) -> None:
        room, visitor = room_of(request), visitor_of(address_of(request))
        if request.method == "GET":
            return
        _from_our_page(request, room)
        _count(room.pace, f"start {visitor}", room.limits.starts_of_an_address)


@dataclass(frozen=True)
class Signed:
    """A program with a connection's secret: the desk checks the signature of every message."""

    audience: str = "connection"

    async def __call__(self, request: Request) -> None:
        return None


@dataclass(frozen=True)
class Watcher:
    """A program that watches: it has the token, or, where there is none, it runs on this machine."""

    audience: str = "watcher"

    async def __call__(self, request: Request) -> None:
        token = room_of(request).desk.settings.metrics_token
        if token:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            allowed = hmac.compare_digest(given.encode(), token.encode())
        else:
            allowed = address_of(request) in ("127.0.0.1", "::1") and not any(h in request.headers for h in FORWARDED)
        if not allowed:
            raise NoSuchPage


@dataclass(frozen=True)
class Link:
    """Whoever holds a link of this kind: its token is the right, and no cookie is needed."""

    kind: str

    @property
    def audience(self) -> str:
        return f"link:{self.kind}"

    async def __call__(self, request: Request) -> LinkView:
        room, token = room_of(request), str(request.path_params["token"])
        link = await room.desk.open_link(token) if _TOKEN.fullmatch(token) else None
        if link is None or link.kind.removeprefix("case_") != self.kind:
            raise NoSuchPage
        if request.method != "GET":
            _from_our_page(request, room)
            _count(room.pace, f"link {token}", room.limits.sends_of_a_link)
        return link


@dataclass(frozen=True)
class Leave:
    """Whoever holds a link to unsubscribe. Programs of mail providers press it too, with no cookie and from no page of
    ours (RFC 8058), so where it was sent from does not matter: the token in the address is the right."""

    audience: str = "link:unsubscribe"

    async def __call__(self, request: Request) -> Subscriber:
        room, token = room_of(request), str(request.path_params["token"])
        found = await room.desk.subscriber(token) if _TOKEN.fullmatch(token) else None
        if found is None:
            raise NoSuchPage
        if request.method != "GET":
            _count(room.pace, f"link {token}", room.limits.sends_of_a_link)
        return found


def address_of(request: Request) -> str:
    """The sender's IP address; behind a proxy uvicorn has put the real one here."""
    return request.client.host if request.client else ""


def _from_our_page(request: Request, room: Room) -> None:
    if is_foreign(request, room.base_url):
        raise Foreign


def _count(pace: Pace, sender: str, limit: int) -> None:
    if pace.is_over(sender, limit):
        raise TooOften
    pace.count(sender)
