"""A case as a colleague sees it by a link: where it stands, and what happens next: /c/TOKEN."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from engine.desk import LinkView
from engine.desk.outbox import words_of
from engine.preview.forecast import Coming
from engine.store.rows import OutboxRow
from web.doors import Link, room_of
from web.pages import Pages
from web.routes.actions import is_colleague
from web.shown import Row

router = APIRouter()
CaseLink = Annotated[LinkView, Depends(Link("case"))]

MAILS = 30  # so many of the last ones are shown

# A picture has its styles inside, and loads nothing.
PICTURE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}


@router.get("/c/{token}")
async def case_page(request: Request, link: CaseLink, token: str) -> Response:
    room = room_of(request)
    standing = await room.desk.standing(link.case)
    ahead = await room.desk.forecast(link.case)
    return room.pages.show(
        "case.html",
        title=standing.summary.title,
        facts=[link.process_title, f"version {standing.summary.version}", link.case],
        stage=standing.summary.stage,
        coming=[_line(coming, room.pages) for coming in ahead.coming],
        afterwards=ahead.afterwards,
        mails=[_mail(row, room.pages) for row in await room.desk.outbox(case=link.case, newest=MAILS)],
        picture=f"/c/{token}/diagram",
        act=f"/c/{token}/act" if await is_colleague(room, link) else "",
    )


@router.get("/c/{token}/diagram")
async def case_diagram(request: Request, link: CaseLink) -> Response:
    picture = await room_of(request).desk.diagram(link.case)
    return Response(picture, media_type="image/svg+xml", headers=PICTURE)


def _mail(row: OutboxRow, pages: Pages) -> Row:
    return Row(f"{row.subject}, to {row.recipient}", words_of(row, pages.zone))


def _line(coming: Coming, pages: Pages) -> dict[str, str]:
    local = coming.at.astimezone(pages.zone)
    when = f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M}"
    return {"when": when, "at": local.isoformat(), "what": coming.what, "why": coming.why}
