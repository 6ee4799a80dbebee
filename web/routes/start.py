"""Public forms that start a case: /start/PROCESS/TRIGGER."""

import re

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from engine.desk import BadInputs, FormPage, NotThere
from web.body import read_form
from web.doors import Anyone, NoSuchPage, Room, room_of
from web.questions import asked
from web.routes.forms import form_page, new_submission, submission_of, thanks_of

router = APIRouter(dependencies=[Depends(Anyone())])
_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")


@router.get("/start/{process}/{trigger}")
async def public_form(request: Request, process: str, trigger: str) -> Response:
    room = room_of(request)
    return form_page(room, await _form(room, process, trigger), submission=new_submission())


@router.post("/start/{process}/{trigger}")
async def submit(request: Request, process: str, trigger: str) -> Response:
    room = room_of(request)
    form = await _form(room, process, trigger)
    sent = await read_form(request)
    answers = asked(form.fields, sent)
    submission = submission_of(sent)
    errors = answers.errors
    if not errors:
        try:
            await room.desk.submit_form(process, trigger, answers.raw, source_id=submission)
        except BadInputs as problem:
            errors = problem.problems
    if errors:
        return form_page(room, form, sent, errors, submission=submission)
    return RedirectResponse(f"/start/{process}/{trigger}/thanks", 303)


@router.get("/start/{process}/{trigger}/thanks")
async def thanks(request: Request, process: str, trigger: str) -> Response:
    room = room_of(request)
    form = await _form(room, process, trigger)
    return room.pages.show("sent.html", heading="Thank you", text=thanks_of(form), rows=(), when="")


async def _form(room: Room, process: str, trigger: str) -> FormPage:
    if not (_NAME.fullmatch(process) and _NAME.fullmatch(trigger)):
        raise NoSuchPage
    try:
        return await room.desk.public_form(process, trigger)
    except NotThere as problem:
        raise NoSuchPage from problem
