"""Public forms that start a case: /start/PROCESS/TRIGGER."""

import re

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from engine.desk import BadInputs, FormPage, NotThere
from web.body import read_form
from web.doors import Anyone, NoSuchPage, TooOften, address_of, room_of
from web.guard import framed
from web.questions import asked
from web.routes.forms import form_page, new_submission, once, submission_of, thanks_of

router = APIRouter(dependencies=[Depends(Anyone())])
TRAP = "form-more"  # no name that a browser fills in by itself
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{2})?")
_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")


@router.get("/start/{process}/{trigger}")
async def public_form(request: Request, process: str, trigger: str) -> Response:
    form = await _form(request, process, trigger)
    return framed(request, form_page(room_of(request), form, submission=new_submission(), trap=TRAP))


@router.post("/start/{process}/{trigger}")
async def submit(request: Request, process: str, trigger: str) -> Response:
    room = room_of(request)
    form = await _form(request, process, trigger)
    sent = await read_form(request)
    if sent.text(TRAP):  # whoever fills this in does not see the page
        await room.desk.drop_form(process, trigger)
        return RedirectResponse(f"/start/{process}/{trigger}/thanks", 303)
    if not await room.desk.count_visit(address_of(request)):
        raise TooOften
    answers = asked(form.fields, sent)
    submission = submission_of(sent)
    errors = answers.errors
    if not errors:
        try:
            await room.desk.submit_form(
                process, trigger, answers.raw, source_id=once(submission, sent), locale=language_of(request)
            )
        except BadInputs as problem:
            errors = problem.problems
    if errors:
        return framed(request, form_page(room, form, sent, errors, submission=submission, trap=TRAP))
    return RedirectResponse(f"/start/{process}/{trigger}/thanks", 303)


@router.get("/start/{process}/{trigger}/thanks")
async def thanks(request: Request, process: str, trigger: str) -> Response:
    form = await _form(request, process, trigger)
    page = room_of(request).pages.show("sent.html", heading="Thank you", text=thanks_of(form), rows=(), when="")
    return framed(request, page)


def language_of(request: Request) -> str:
    """The language that the browser prefers, `de` or `de-CH`; empty where it says nothing that is one."""
    wanted = [part.partition(";") for part in request.headers.get("accept-language", "")[:200].split(",")]
    ranked = sorted(wanted, key=lambda part: -_weight(part[2]))
    found = next((name.strip() for name, _, _ in ranked if _LANGUAGE.fullmatch(name.strip())), "")
    language, dash, region = found.partition("-")
    return f"{language.lower()}{dash}{region.upper()}"


def _weight(text: str) -> float:
    found = _QUALITY.fullmatch(text.strip())
    return float(found[1]) if found else 1.0


async def _form(request: Request, process: str, trigger: str) -> FormPage:
    """The form. Whatever is answered from here on may be framed by the sites that it names."""
    if not (_NAME.fullmatch(process) and _NAME.fullmatch(trigger)):
        raise NoSuchPage
    try:
        form = await room_of(request).desk.public_form(process, trigger)
    except NotThere as problem:
        raise NoSuchPage from problem
    request.state.embed = form.embed
    return form
