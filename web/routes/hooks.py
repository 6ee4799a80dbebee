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
        receipt = await room_of(request).desk.receive_webhook(
            connection, dict(request.headers), body, query_of(request)
        )
    except TooLarge:
        return _refused(413, f"the message is larger than {BODY_LIMIT:,} bytes")
    except Refusal as refusal:
        return _refused(refusal.status, refusal.message)
    if receipt.duplicate:
        return JSONResponse({"status": "duplicate", "id": receipt.id}, 200)
    return JSONResponse({"status": "accepted", "id": receipt.id}, 202)


def query_of(request: Request) -> dict[str, str]:
    """What stands behind the `?` of the address; of a name that is there twice, the first."""
    return {name: request.query_params.getlist(name)[0] for name in request.query_params}


def _refused(status: int, message: str) -> JSONResponse:
    return JSONResponse({"status": "refused", "error": message}, status)
