"""What a colleague does to a running case: /c/TOKEN/act. What cannot be undone is asked for twice."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from engine.desk import BadInputs, DeskError, LinkView
from engine.desk.answers import Preview, Verb
from engine.desk.desk import Desk
from engine.desk.interventions import Timeouts
from engine.language.values import display, display_datetime
from engine.runtime.view import Entry, WaitView
from engine.store.changes import moment_of
from engine.store.rows import CaseDetail
from web.body import Sent, read_form
from web.doors import Link, NoSuchPage, Room, room_of
from web.pages import Pages
from web.questions import Choice, Question
from web.shown import Row, words

router = APIRouter()
CaseLink = Annotated[LinkView, Depends(Link("case"))]

STEP_VERBS = {
    "retry": "Try again",
    "do_now": "Let the next thing come now",
    "mark_done": "Take as done",
    "skip": "Skip",
}
DRASTIC = {
    "skip": "This step is left out, and the case goes on after it. That cannot be taken back.",
    "mark_done": "This step counts as done, and the case goes on after it.",
    "stop": "The case ends now. Nothing more is sent, and open tasks are closed. That cannot be taken back.",
    "reopen": "This step and everything after it is done anew. Its mails go out again.",
    "edit": "The data of the case is changed.",
}


@dataclass(frozen=True)
class Asked:
    """What somebody wants done. `values` are NAME=VALUE, one a line."""

    verb: str
    fields: Mapping[str, str]

    @classmethod
    def of(cls, sent: Sent) -> "Asked":
        # What stands behind a hyphen only tells the same control of several forms apart.
        given = ((name.partition("-")[0], values[0].strip()) for name, values in sent.texts.items() if values)
        return cls(sent.text("do"), dict(given))

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    @property
    def values(self) -> dict[str, str]:
        lines = [line.partition("=") for line in self.text("values").splitlines() if line.strip()]
        return {name.strip(): value.strip() for name, _, value in lines}


@router.get("/c/{token}/act")
async def actions(request: Request, link: CaseLink, token: str) -> Response:
    room = room_of(request)
    await _who(room, link)
    return await _page(room, link, token)


@router.post("/c/{token}/act")
async def act(request: Request, link: CaseLink, token: str) -> Response:
    room = room_of(request)
    who, asked = await _who(room, link), Asked.of(await read_form(request))
    try:
        if asked.verb in DRASTIC and asked.text("confirmed") != "yes":
            return await _confirm(room, link, token, asked)
        await _do(room.desk, link.case, asked, who)
    except BadInputs as problem:
        return await _page(room, link, token, tuple(problem.problems.values()))
    except DeskError as problem:
        return await _page(room, link, token, (str(problem),))
    return RedirectResponse(f"/c/{token}/act?asked={asked.verb}", 303)


async def is_colleague(room: Room, link: LinkView) -> bool:
    """Whether the one whose page it is may act on the case."""
    return await _colleague(room, link) is not None


async def _colleague(room: Room, link: LinkView) -> str | None:
    plan = await room.desk.plan_of(await room.desk.case(link.case))
    people = plan.resources.people.users
    return next((u.id for u in people if link.recipient.casefold() in (u.id.casefold(), u.email.casefold())), None)


async def _who(room: Room, link: LinkView) -> str:
    """The id of the colleague whose page it is. Raises NoSuchPage for everybody else."""
    found = await _colleague(room, link)
    if found is None:
        raise NoSuchPage
    return found


async def _do(desk: Desk, case: str, asked: Asked, who: str) -> None:
    """Raises DeskError."""
    if asked.verb in STEP_VERBS:
        verb = cast(Verb, asked.verb)
        await desk.operate(case, asked.text("step"), verb, who, asked.values, asked.text("reason"))
    elif asked.verb in WHOLE:
        await WHOLE[asked.verb](desk, case, asked, who)
    else:
        raise DeskError("this page cannot do that")


async def _reopen(desk: Desk, case: str, asked: Asked, who: str) -> None:
    await desk.reopen(case, asked.text("step"), who, asked.text("reason"))


async def _edit(desk: Desk, case: str, asked: Asked, who: str) -> None:
    await desk.edit(case, _edited(asked), who, asked.text("reason"))


async def _pause(desk: Desk, case: str, asked: Asked, who: str) -> None:
    timeouts: Timeouts = "freeze" if asked.text("timeouts") == "freeze" else "keep"
    await desk.pause(case, timeouts, who, asked.text("reason"))


async def _resume(desk: Desk, case: str, asked: Asked, who: str) -> None:
    await desk.resume(case, who)


async def _stop(desk: Desk, case: str, asked: Asked, who: str) -> None:
    await desk.stop(case, who, asked.text("reason"))


async def _start_now(desk: Desk, case: str, asked: Asked, who: str) -> None:
    await desk.start_now(case, who)


async def _add_task(desk: Desk, case: str, asked: Asked, who: str) -> None:
    given = {name: asked.text(name) for name in ("assignee", "group", "due")}
    await desk.add_task(case, asked.text("title"), blocking=bool(asked.text("blocking")), by=who, **given)


async def _reassign(desk: Desk, case: str, asked: Asked, who: str) -> None:
    """Only tasks of the case whose page it is."""
    if asked.text("task") not in {t.id for t in (await desk.case(case)).tasks}:
        raise DeskError("the case has no such task")
    await desk.reassign(asked.text("task"), assignee=asked.text("assignee"), group=asked.text("group"), by=who)


WHOLE: dict[str, Callable[[Desk, str, Asked, str], Awaitable[None]]] = {
    "reopen": _reopen,
    "edit": _edit,
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
    "start_now": _start_now,
    "add_task": _add_task,
    "reassign": _reassign,
}


def _edited(asked: Asked) -> dict[str, str]:
    return {asked.text("name"): asked.text("value")} if asked.text("name") else {}


# -- pages --------------------------------------------------------------------


async def _page(room: Room, link: LinkView, token: str, problems: tuple[str, ...] = ()) -> Response:
    desk, case = room.desk, await room.desk.case(link.case)
    plan = await desk.plan_of(case)
    changeable = tuple(Choice(n, spec.label or words(n)) for n, spec in plan.process.inputs.items() if spec.changeable)
    people = tuple(Choice(u.id, u.name) for u in plan.resources.people.users)
    groups = tuple(Choice(g.id, g.title or words(g.id)) for g in plan.resources.people.groups)
    return room.pages.show(
        "act.html",
        422 if problems else 200,
        title=case.summary.title,
        case=case.summary,
        back=f"/c/{token}",
        problems=problems,
        waits=[_wait(wait, case, room.pages) for wait in case.waits],
        tasks=tuple(Choice(t.id, t.title) for t in case.tasks if t.status == "open"),
        finished=tuple(Choice(path, title) for path, title in await desk.reopenable(link.case)),
        changeable=changeable,
        people=people,
        groups=groups,
        timeline=[_line(entry, room.pages) for entry in reversed(await desk.timeline(link.case))],
        question=Question,
        recipient=link.recipient,
    )


def _wait(wait: WaitView, case: CaseDetail, pages: Pages) -> dict[str, Any]:
    """An open step with what can be done to it."""
    rests = case.summary.health == "paused"
    may = {
        "retry": wait.status == "incident" and not rests,
        "do_now": wait.next_at is not None and not rests,
        "mark_done": True,
        "skip": True,
    }
    since = f"since {display_datetime(wait.since, pages.zone)}"
    trouble = next((i.message for i in case.incidents if i.path == wait.path and i.status == "open"), "")
    return {
        "step": wait.path,
        "title": wait.title or words(wait.step),
        "fact": f"waiting for {wait.waiting_for}, {since}" if wait.waiting_for else since,
        "trouble": trouble,
        "buttons": [Choice(verb, label) for verb, label in STEP_VERBS.items() if may[verb]],
    }


def _line(entry: Entry, pages: Pages) -> dict[str, Any]:
    return {
        "when": display_datetime(entry.at, pages.zone),
        "text": entry.text,
        "changes": [
            Row(words(when), ", ".join(f"{words(name)}: {_shown(value, pages)}" for name, value in values.items()))
            for when, values in (("before", entry.before), ("after", entry.after))
            if values and entry.kind == "operator"
        ],
    }


def _shown(value: Any, pages: Pages) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{words(name)} {_shown(inner, pages)}" for name, inner in value.items())
    if at := moment_of(value):
        return display_datetime(at, pages.zone)
    return display(value) or "empty"


async def _confirm(room: Room, link: LinkView, token: str, asked: Asked) -> Response:
    """What will happen, before it does. Raises DeskError."""
    preview = await room.desk.preview(link.case, _edited(asked)) if asked.verb == "edit" else None
    kept = {name: value for name, value in asked.fields.items() if name != "confirmed"}
    return room.pages.show(
        "confirm.html",
        title=f"{words(asked.verb)}: are you sure?",
        text=DRASTIC[asked.verb],
        subject=asked.text("step") or link.case,
        lines=_changes(preview, room.pages) if preview else [],
        kept=kept,
        action=f"/c/{token}/act",
        recipient=link.recipient,
    )


def _changes(seen: Preview, pages: Pages) -> list[Row]:
    """Before and after of the values, and of every date that counts from them."""
    rows = [
        Row(words(n), f"{_shown(seen.before.get(n), pages)} → {_shown(value, pages)}")
        for n, value in seen.after.items()
    ]
    for moved in seen.moved:
        before = display_datetime(moved.before, pages.zone) if moved.before else "none"
        after = display_datetime(moved.after, pages.zone) if moved.after else "none"
        past = ", which is over: it happens at once" if moved.at_once else ""
        rows.append(Row(f"{moved.title or words(moved.step)}, {moved.what}", f"{before} → {after}{past}"))
    return rows + [Row("At once", said) for said in (*seen.says, *seen.sends)]
