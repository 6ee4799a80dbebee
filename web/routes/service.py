"""The door mat, the style sheet, and what machines ask for: is it alive, is it ready."""

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
    is_ready = await room_of(request).desk.healthy()
    return JSONResponse({"ready": is_ready}, 200 if is_ready else 503)
