"""Messages from other systems: /hooks/CONNECTION. Answers are JSON, for programs."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from engine.desk import Refusal
from web.body import BODY_LIMIT, TooLarge, read_body
from web.doors import Signed, room_of

router = APIRouter(dependencies=[Depends(Signed())])


@router.post("/hooks/{connection}")
async def receive(request: Request, connection: str) -> JSONResponse:
    """202 for a new message, 200 for one that is here already: both may be forgotten by the sender."""
    try:
        body = await read_body(request)
        receipt = await room_of(request).desk.receive_webhook(connection, dict(request.headers), body)
    except TooLarge:
        return _refused(413, f"the message is larger than {BODY_LIMIT:,} bytes")
    except Refusal as refusal:
        return _refused(refusal.status, refusal.message)
    if receipt.duplicate:
        return JSONResponse({"status": "duplicate", "id": receipt.id}, 200)
    return JSONResponse({"status": "accepted", "id": receipt.id}, 202)


def _refused(status: int, message: str) -> JSONResponse:
    return JSONResponse({"status": "refused", "error": message}, status)
