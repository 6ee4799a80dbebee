"""The web face: pages for people outside and a door for other systems. It asks the desk for everything."""

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from engine.desk.desk import Desk
from web.body import TooLarge, Unreadable
from web.doors import Foreign, NoSuchPage, Room, TooOften
from web.guard import Guard, framed, secure
from web.pace import Limits, Pace
from web.pages import Notice, Pages
from web.routes import actions, cases, figures, forms, hooks, mail, service, signatures, start, tasks, unsubscribe

log = logging.getLogger("baton.web")

GONE = Notice(
    404,
    "This link does not work",
    "It may have expired, or a part of it may have been lost on the way here.\n\n"
    "Please open it again from the message that we sent you. If that does not help, "
    "reply to the message and we send you a new one.",
)
NOTICES: dict[type[Exception], Notice] = {
    NoSuchPage: GONE,
    Foreign: Notice(
        403,
        "This was sent from another page",
        "To keep you safe we only take what is sent from our own pages.\n\n"
        "Please open the link from our message again and send it from there.",
    ),
    TooOften: Notice(
        429,
        "A little slower, please",
        "This was sent many times within a minute. Please wait for a minute and try again. "
        "Your browser's back button brings your answers back.",
    ),
    TooLarge: Notice(
        413,
        "That was too much at once",
        "What you sent is larger than we can take, so nothing of it was kept.\n\n"
        "Your browser's back button brings your answers back."
        " Please shorten the longest one, or choose a smaller file.",
    ),
    Unreadable: Notice(
        400,
        "We could not read what was sent",
        "Something went wrong on the way here, so nothing of it was kept.\n\n"
        "Your browser's back button brings your answers back. Please send them once more.",
    ),
}
OUR_FAULT = Notice(
    500,
    "Something went wrong on our side",
    "We are sorry. It is not your fault, and we have made a note of it.\n\n"
    "Your browser's back button brings your answers back. Please try again in a few minutes.",
)

AWAY = Notice(
    503,
    "We cannot take this in just now",
    "We are sorry. Nothing of what you sent was kept.\n\n"
    "Your browser's back button brings your answers back. Please try again in a minute.",
)
AGAIN_AFTER = "30"  # seconds
PROGRAMS = ("hooks", "mail")  # who posts there reads JSON


def create_app(desk: Desk, limits: Limits | None = None) -> FastAPI:
    """All pages over one desk. `limits` says how often one sender may send."""
    settings = desk.settings
    pages = Pages(settings.name, settings.time_zone, settings.currency)
    app = FastAPI(title=settings.name, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.room = Room(desk, pages, settings.base_url, Pace(), limits or Limits())
    app.add_middleware(Guard)
    for subject in (service, figures, forms, signatures, tasks, cases, actions, start, hooks, mail, unsubscribe):
        # Not include_router: so `app.routes` is all there is, and each can be asked for its door.
        app.router.routes += subject.router.routes
    _answer_problems(app, pages)
    return app


def _answer_problems(app: FastAPI, pages: Pages) -> None:
    for problem, notice in NOTICES.items():
        app.add_exception_handler(problem, _saying(pages, notice))

    async def no_route(request: Request, problem: Exception) -> Response:
        return pages.notice(GONE)

    async def our_fault(request: Request, problem: Exception) -> Response:
        # The address holds a token, so only the kind of page is logged; the server logs the traceback.
        log.error("a page failed: %s /%s", request.method, request.url.path.split("/")[1])
        page = framed(request, pages.notice(OUR_FAULT))
        secure(page.headers)  # this page is made outside of the middleware
        return page

    async def away(request: Request, problem: Exception) -> Response:
        """The database is down, full or read-only. Whoever sent this is to send it again: it may have been kept."""
        kind = request.url.path.split("/")[1]
        log.error("the database does not answer: %s /%s: %s", request.method, kind, problem)
        if kind in PROGRAMS:
            answer: Response = JSONResponse({"status": "refused", "error": "not now, please send it again"}, 503)
        else:
            answer = framed(request, pages.notice(AWAY))
        answer.headers["Retry-After"] = AGAIN_AFTER
        return answer

    for no_database in (OperationalError, InterfaceError):
        app.add_exception_handler(no_database, away)
    app.add_exception_handler(HTTPException, no_route)
    app.add_exception_handler(Exception, our_fault)


def _saying(pages: Pages, notice: Notice) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def say(request: Request, problem: Exception) -> Response:
        return framed(request, pages.notice(notice))

    return say
