"""The door mat, the style sheet, and what machines ask for: is it alive, is it ready."""

from dataclasses import asdict

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from web.doors import Anyone, NoSuchPage, room_of
from web.pages import STATIC

router = APIRouter(dependencies=[Depends(Anyone())])
FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/")
async def landing(request: Request) -> Response:
    return room_of(request).pages.show("landing.html")


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    if name not in STATIC:
        raise NoSuchPage
    content = room_of(request).pages.static[name]
    return Response(content, media_type=STATIC[name], headers={"Cache-Control": FOR_EVER})


@router.get("/robots.txt")
async def robots() -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


@router.get("/healthz")
async def alive() -> Response:
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """503 where no page can be shown and no message be taken in. Without a worker both go on: what comes is kept; who
    wants to know asks for `?worker`."""
    found = await room_of(request).desk.ready()
    is_ready = found.database and found.tables and (found.worker or "worker" not in request.query_params)
    return JSONResponse({"ready": is_ready, **asdict(found)}, 200 if is_ready else 503)
