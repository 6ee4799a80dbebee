"""Mail that a provider posts: /mail/MAILBOX. Answers are JSON, for programs."""

import asyncio

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from engine.desk import Refusal
from web.body import NoRoom, TooLarge, read_body
from web.doors import Signed, room_of

LONGEST = 60.0  # seconds for a request
router = APIRouter(dependencies=[Depends(Signed())])


@router.post("/mail/{mailbox}")
async def receive(request: Request, mailbox: str) -> JSONResponse:
    """202 for a new mail, 200 for one that is here already: both may be forgotten by the sender."""
    room, headers = room_of(request), {name.lower(): value for name, value in request.headers.items()}
    try:
        limit = room.desk.mail_limit(mailbox, headers)
        with room.mails.share() as take:  # they are large, and in memory until they are kept
            async with asyncio.timeout(LONGEST):
                body = await read_body(request, limit, take)
            receipt = await room.desk.receive_mail(mailbox, headers, body)
    except TooLarge:
        return _refused(413, "the mail is too large")
    except NoRoom:
        return _refused(503, "too many mails are being received, please send it again")
    except TimeoutError:
        return _refused(408, f"the mail did not arrive within {LONGEST:g} seconds")
    except Refusal as refusal:
        return _refused(refusal.status, refusal.message)
    if receipt.duplicate:
        return JSONResponse({"status": "duplicate", "id": receipt.id}, 200)
    return JSONResponse({"status": "accepted", "id": receipt.id}, 202)


def _refused(status: int, message: str) -> JSONResponse:
    return JSONResponse({"status": "refused", "error": message}, status)
