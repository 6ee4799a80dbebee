"""What a case does next if nobody acts: with dates, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from engine.language import wording
from engine.language.plan import Plan
from engine.preview.dossier.summary import doer
from engine.runtime.simulator import Happened, Simulation
from engine.runtime.state import Moment, State
from engine.runtime.view import Entry
from engine.scenarios.clock import calendar_of
from engine.scenarios.finding import step_of

LONGEST = timedelta(days=5 * 365)
MOST = 200  # things that are foretold at most


@dataclass(frozen=True)
class Coming:
    """Something that will happen. `kind`: reminder, mail, task, document, call, done, timed_out, waiting, incident,
    ended ...; `why` completes the sentence `..., because ...` and may be empty."""

    at: datetime
    kind: str
    what: str
    why: str = ""
    step: str = ""  # the step's id


@dataclass(frozen=True)
class Forecast:
    """`afterwards` says in a sentence where the case stands then."""

    case: str
    now: datetime
    zone: tzinfo
    coming: tuple[Coming, ...]
    afterwards: str


def forecast(plan: Plan, state: State, now: datetime) -> Forecast:
    """Let time pass over a copy of the state. Nobody answers; effects and outside systems work as they should."""
    name, zone = state.case["id"], calendar_of(plan).zone
    if state.outcome:
        return Forecast(name, now, zone, (), f"The case has ended as “{wording.words(state.outcome)}”.")
    case = Simulation(plan, State.load(state.dump()), now)
    coming = list(_news(case, {}, 0, 0, {path for path, record in state.steps.items() if record.task}))
    while (at := case.deadline) is not None and at - now <= LONGEST and len(coming) < MOST:
        coming += _advanced(case, at)
    return Forecast(name, now, zone, tuple(coming[:MOST]), _afterwards(case))


Moments = dict[str, Moment]


def _advanced(case: Simulation, at: datetime) -> Iterator[Coming]:
    """What happens at the next time at which something does."""
    entries, happened = len(case.timeline), len(case.happened)
    tasks = {task.path for task in case.turned.view.tasks}
    moments = {path: found for path, record in case.state.steps.items() if record.armed and not record.closed
               and (found := record.armed.next()) and found.at <= at}  # fmt: skip
    case.advance_to(at)
    yield from _news(case, moments, entries, happened, tasks)


def _news(case: Simulation, moments: Moments, entries: int, happened: int, tasks: set[str]) -> Iterator[Coming]:
    """What has happened since then. A task or a mail says more than the line of the timeline beside it."""
    effects = {(h.effect.path, str(h.result.get("said"))): h for h in case.happened[happened:]}
    opened = [task for task in case.turned.view.tasks if task.path not in tasks]
    for task in opened:
        what = f"Task “{task.title}” for {doer(task, case.plan)}"
        yield Coming(task.opened_at, "task", what, _why(case, moments, task.path), task.step)
    told = {task.path for task in opened}
    why_stopped = ""
    for entry in case.timeline[entries:]:
        why = _why(case, moments, entry.path) or (why_stopped if entry.kind == "ended" else "")
        if entry.kind == "stop":
            why_stopped = why
        if entry.path in told or entry.kind == "stop" or (entry.kind == "escalated" and _more(entry, told, effects)):
            continue
        found = effects.get((entry.path, entry.text))
        kind, what = _of_effect(found, moments.get(entry.path)) if found else (entry.kind, entry.text)
        yield Coming(entry.at, kind, what, why, _step(case, entry.path))


def _more(entry: Entry, told: set[str], effects: dict[tuple[str, str], Happened]) -> bool:
    below = f"{entry.path}/"
    return any(path.startswith(below) for path in told) or any(path == entry.path for path, _ in effects)


def _of_effect(done: Happened, moment: Moment | None) -> tuple[str, str]:
    payload = done.effect.payload
    if done.effect.kind != "email":
        return done.effect.kind, str(done.result["said"])
    mail = wording.named(payload["template"]) if payload["template"] else f"“{payload['subject']}”"
    kind = "reminder" if moment and moment.kind == "reminder" else "mail"
    return kind, f"{kind.capitalize()} {mail} to {payload['to']}"


def _why(case: Simulation, moments: Moments, path: str) -> str:
    """The moment of the step, or of the step around it, that brought this."""
    above = [at for at in moments if path == at or path.startswith(f"{at}/")]
    if not above:
        return ""
    of = max(above, key=len)
    moment, step = moments[of], step_of(case, case.state.steps[of].id)
    phrase = _phrase(step, moment)
    if moment.kind == "until" or not phrase:
        return "the time has come"
    if moment.kind == "reminder" and moment.nth > 1:
        return f"there is still no answer, {wording.spoken(phrase)} later"
    told = wording.moment(phrase)
    when = told if told.startswith("after ") else f"by {told.removeprefix('at ')}"
    return f"no answer {when}" if moment.kind in ("reminder", "escalate") else f"it is still open {told}"


def _phrase(step: Any, moment: Moment) -> str:
    """The time as the author wrote it."""
    if moment.kind == "reminder":
        found = step.reminders[moment.n]
        return str(found.every or found.after)
    if moment.kind == "escalate":
        return str(step.escalate[moment.n].after)
    return str(getattr(step, "timeout", None) or "") if moment.kind == "timeout" else ""


def _step(case: Simulation, path: str) -> str:
    record = case.state.steps.get(path)
    return record.id if record else ""


def _afterwards(case: Simulation) -> str:
    if case.state.outcome:
        return f"The case ends as “{wording.words(case.state.outcome)}”."
    if paused := case.state.paused:
        return f"The case is paused by {paused['by']}: it goes on when somebody resumes it."
    view = case.turned.view
    if view.incidents:
        found = view.incidents[0]
        return f"Nothing goes on at “{wording.words(found.step)}” until somebody acts: {found.message}."
    waits = wording.listed(dict.fromkeys(w.waiting_for or w.title for w in view.waits))
    return f"Then it waits for {waits}, as long as it takes." if view.waits else "Nothing more is to come."
