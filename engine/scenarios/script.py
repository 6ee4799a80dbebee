"""What a line of a script does: one function for each verb."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.language.expressions import ExpressionProblem
from engine.language.inputs import BadValues, typed_event, unknown
from engine.language.phrases import PhraseProblem
from engine.language.problems import one_of
from engine.language.process import Handler
from engine.language.resources import Absence, Input
from engine.language.scenario import Line
from engine.runtime.given import Given
from engine.runtime.journal import NOT_APPLICABLE
from engine.runtime.reopening import CannotReopen, finished
from engine.runtime.simulator import Simulation
from engine.runtime.state import StepRecord
from engine.runtime.view import TaskView
from engine.scenarios import mails
from engine.scenarios.clock import calendar_of
from engine.scenarios.finding import handler, meant, open_step, open_task, step_of
from engine.scenarios.world import CannotPlay, Failing, World

NEXT = "next"
VARS = "vars."


def play_line(world: World, line: Line) -> None:
    """Let happen what the line says. Raises CannotPlay with the reason why it cannot."""
    verb = next(name for name in VERBS if getattr(line, name) is not None)
    try:
        VERBS[verb](world, line, getattr(line, verb))
    except BadValues as problem:
        raise CannotPlay(str(problem)) from problem


# -- people -----------------------------------------------------------------------


def _answer(world: World, line: Line, name: str) -> None:
    listening = handler(world, name)
    if listening:
        return _to_handler(world, line, *listening)
    case, path, record = open_step(world, name)
    form = getattr(step_of(case, record.id), "form", None)
    if not form or record.type == "task":
        raise CannotPlay(f"`{name}` is no questionnaire{_rather(record)}")
    answers = _answers(world, case, form, line)
    by = line.by or str(record.memo.get("to", ""))
    return world.tell(case, "answer", path, "answer", by, {"answers": answers})


def _to_handler(world: World, line: Line, case: Simulation, path: str, found: Handler) -> None:
    form = found.when.form
    if not form:
        raise CannotPlay(f"the handler `{found.id}` asks nothing; it listens to events: use `event`")
    world.tell(case, "form", path, form, line.by or "", {"answers": _answers(world, case, form, line)})


def _rather(record: StepRecord) -> str:
    return f"; a task is finished with `complete: {record.id}`" if record.type == "task" else ""


def _answers(world: World, case: Simulation, form: str, line: Line) -> dict[str, Any]:
    specs = {q.id: q for q in case.plan.resources.forms[form].fields}
    return _typed(world, case, specs, line.answers)


def _typed(world: World, case: Simulation, specs: Mapping[str, Input], written: Any) -> dict[str, Any]:
    """Values as the pages would read them; a file may be written as its name."""
    raw = {n: as_file(specs.get(n), v) for n, v in world.filled(written or {}, case).items()}
    return world.around.values(case.plan).read_all(specs, raw)


def as_file(spec: Input | None, raw: Any) -> Any:
    """A file that a test only names."""
    if spec is None or spec.type != "file" or not isinstance(raw, str):
        return raw
    return {"file": raw, "name": raw, "sha256": "", "size": 0}


def _complete(world: World, line: Line, name: str) -> None:
    case, task = open_task(world, name)
    if line.outcome == NOT_APPLICABLE and task.not_applicable:
        data: dict[str, Any] = {"outcome": NOT_APPLICABLE, "comment": line.comment or ""}
        return world.tell(case, "task", task.path, NOT_APPLICABLE, _who(line, task), data)
    if task.outcomes and line.outcome not in task.outcomes:
        raise CannotPlay(f"the task `{task.title}` needs an `outcome`: {one_of(task.outcomes)}")
    if line.outcome in task.comments and not line.comment:
        raise CannotPlay(f"`{line.outcome}` of the task `{task.title}` needs a `comment`")
    if line.outcome and not task.outcomes:
        raise CannotPlay(f"the task `{task.title}` has no outcomes; take `outcome` away")
    data = {
        "outcome": line.outcome or "",
        "comment": line.comment or "",
        "answers": _answers(world, case, task.form, line) if task.form else {},
        "checklist": _ticked(task, line),
    }
    return world.tell(case, "task", task.path, "task", _who(line, task), data)


def _ticked(task: TaskView, line: Line) -> list[str]:
    """What is ticked: everything, if the test does not say. Raises CannotPlay for what is unknown or missing."""
    known = [str(item["id"]) for item in task.checklist]
    ticked = known if line.checklist is None else list(line.checklist)
    if strange := [item for item in ticked if item not in known]:
        raise CannotPlay(f"the checklist has no item {one_of(strange)}; it has {one_of(known) or 'none'}")
    if missing := [str(i["id"]) for i in task.checklist if not i.get("optional") and i["id"] not in ticked]:
        raise CannotPlay(f"the task cannot be finished: {one_of(missing)} is not ticked")
    return ticked


def _who(line: Line, task: TaskView) -> str:
    """Who does it: of a vote, the first who has not voted."""
    voted = {vote["by"] for vote in task.votes}
    voters = [user for user in task.approvals.get("voters", ()) if user not in voted]
    return line.by or (voters[0] if voters else "") or task.assignee or (task.users[0] if task.users else "")


def _claim(verb: str) -> Callable[[World, Line, str], None]:
    def claim(world: World, line: Line, name: str) -> None:
        case, task = open_task(world, name)
        by = line.by or task.assignee
        if not by:
            raise CannotPlay(f"who? Write `by:` beside `{verb}: {name}`")
        world.tell(case, "task", task.path, verb, by, {})

    return claim


def _sign(world: World, line: Line, name: str) -> None:
    _signature(world, line, name, {"outcome": "signed"})


def _decline(world: World, line: Line, name: str) -> None:
    _signature(world, line, name, {"outcome": "declined", "reason": line.reason or "not said"})


def _signature(world: World, line: Line, name: str, said: dict[str, Any]) -> None:
    case, path, record = open_step(world, name)
    if record.type != "signature":
        raise CannotPlay(f"`{name}` is no signature{_rather(record)}")
    asked = [str(s["email"]) for s in record.memo["asked"]["signers"]]
    taken = {t["data"]["signer"] for t in record.armed.taken} if record.armed else set()
    signer = line.by or next((s for s in asked if s not in taken), asked[0])
    if signer not in asked:
        raise CannotPlay(f"`{signer}` is not asked to sign; asked are {one_of(asked)}")
    world.tell(case, "signature", path, "signature", signer, {**said, "signer": signer})


# -- the world outside --------------------------------------------------------------


def _event(world: World, line: Line, name: str) -> None:
    if "/" in name:
        return _webhook(world, line, name)
    step, dot, event = name.rpartition(".")
    if not dot:
        return _own_event(world, line, name)
    return _by_hand(world, line, step, event)


def _webhook(world: World, line: Line, name: str) -> None:
    connection, _, event = name.partition("/")
    known = world.main.plan.resources.connections.get(connection)
    schema = known.events.get(event) if known else None
    data = typed_event(world.filled(line.data or {}, world.main), schema)
    world.announce("webhook", name, line.by or connection, data)


def _own_event(world: World, line: Line, name: str) -> None:
    """An event that some process emits, or one that is given by hand to a handler."""
    listening = handler(world, name)
    if not listening or listening[2].when.type != "manual":
        data = typed_event(world.filled(line.data or {}, world.main), None)
        return world.announce("event", name, line.by or "", data)
    case, path, found = listening
    return world.tell(case, "manual", path, name, line.by or "", _typed(world, case, found.when.inputs, line.data))


def _by_hand(world: World, line: Line, step: str, event: str) -> None:
    case, path, _ = open_step(world, step)
    wait = next((w for w in case.turned.view.waits if w.path == path), None)
    offers = {str(o["id"]): o for o in wait.events if "id" in o} if wait else {}
    if event not in offers:
        raise CannotPlay(f"the step `{step}` takes no event `{event}` by hand; it takes {one_of(offers) or 'none'}")
    specs = {name: Input.model_validate(spec) for name, spec in offers[event]["inputs"].items()}
    world.tell(case, "manual", path, event, line.by or "", _typed(world, case, specs, line.data))


def _advance(world: World, line: Line, phrase: str) -> None:
    if phrase == NEXT:
        if world.deadline is None:
            raise CannotPlay("nothing happens by itself any more")
        return world.advance_to(world.deadline)
    try:
        at = world.time(phrase, world.main)
    except (PhraseProblem, ExpressionProblem) as problem:
        raise CannotPlay(f"`{phrase}` is no time: {problem}") from problem
    if at is None or at < world.now:
        raise CannotPlay(
            f"`{phrase}` lies in the past: it is {calendar_of(world.main.plan).local(world.now):%Y-%m-%d %H:%M}"
        )
    return world.advance_to(at)


def _fail(world: World, line: Line, step: str) -> None:
    message = line.message or "it does not work, the test says"
    world.failing[step] = Failing(line.code or "refused", message, line.times)


def _mock(world: World, line: Line, mocks: Mapping[str, Any]) -> None:
    world.mocks |= mocks
    for step in mocks:
        world.failing.pop(step, None)


def _absence(world: World, line: Line, user: str) -> None:
    today = calendar_of(world.main.plan).local(world.now).date().isoformat()
    away = Absence(user=user, from_=line.from_ or today, to=line.to or "9999-12-31", substitute=line.substitute)
    people = world.colleagues.people
    world.colleagues.people = people.model_copy(update={"absences": (*people.absences, away)})


# -- staff --------------------------------------------------------------------------


def _operate(verb: str) -> Callable[[World, Line, str], None]:
    def operate(world: World, line: Line, name: str) -> None:
        case, path, record = open_step(world, name)
        step = step_of(case, record.id)
        given = Given.of(case.plan, step, world.around.values(case.plan))
        values = given.read(world.filled(line.values or {}, case), complete=verb == "mark_done")
        world.tell(case, "operator", path, verb, line.by or "", {"values": values, "reason": line.reason or ""})

    return operate


def _stop(world: World, line: Line, name: str) -> None:
    world.tell(world.main, "operator", "", "stop", line.by or "", {"reason": line.reason or ""})


def _pause(world: World, line: Line, name: str) -> None:
    data = {"timeouts": line.timeouts or "keep", "reason": line.reason or ""}
    world.tell(world.main, "operator", "", "pause", line.by or "", data)


def _resume(world: World, line: Line, name: str) -> None:
    if not world.main.state.paused:
        raise CannotPlay("the case is not paused")
    world.tell(world.main, "operator", "", "resume", line.by or "", {})


def _reopen(world: World, line: Line, name: str) -> None:
    case, step = next(meant(world, name), (world.main, name))
    try:
        path = finished(case.state, step)
    except CannotReopen as problem:
        raise CannotPlay(f"`{name}` cannot be sent back to: {problem}") from problem
    world.tell(case, "operator", path, "reopen", line.by or "", {"reason": line.reason or ""})


def _reassign(world: World, line: Line, name: str) -> None:
    case, task = open_task(world, name)
    if bool(line.assignee) == bool(line.group):
        raise CannotPlay("to whom? Write `assignee` or `group` beside it")
    data: dict[str, Any] = {"groups": [line.group]} if line.group else {"assignee": line.assignee}
    world.tell(case, "operator", task.path, "reassign", line.by or "", data)


def _edit(world: World, line: Line, written: Mapping[str, Any]) -> None:
    """Changes inputs, which are read as when the case started, and variables."""
    raw, specs = world.filled(written, world.main), world.main.plan.process.inputs
    fixed = [name for name in raw if name in specs and not specs[name].changeable]
    if fixed:
        raise CannotPlay(f"{one_of(fixed)} cannot be changed: only inputs with `changeable: true` can")
    inputs = {name: value for name, value in raw.items() if not name.startswith(VARS)}
    values = world.around.values(world.main.plan)
    typed = {**values.read({n: s for n, s in specs.items() if n in inputs}, inputs)}
    if strange := unknown(specs, inputs):
        raise BadValues(strange)
    variables = {name.removeprefix(VARS): value for name, value in raw.items() if name.startswith(VARS)}
    data = {"inputs": typed, "vars": variables, "reason": line.reason or ""}
    world.tell(world.main, "operator", "", "edit", line.by or "", data)


def _nothing(world: World, line: Line, expect: Any) -> None:
    """Expectations are looked at by whoever plays the script."""


VERBS: dict[str, Callable[[World, Line, Any], None]] = {
    "answer": _answer,
    "reply": mails.reply,
    "mail": mails.mail,
    "bounce": mails.bounce,
    "unsubscribe": mails.unsubscribe,
    "complete": _complete,
    "sign": _sign,
    "decline": _decline,
    "event": _event,
    "advance": _advance,
    "fail": _fail,
    "mock": _mock,
    "absence": _absence,
    "claim": _claim("claim"),
    "release": _claim("release"),
    "retry": _operate("retry"),
    "skip": _operate("skip"),
    "mark_done": _operate("mark_done"),
    "reopen": _reopen,
    "reassign": _reassign,
    "edit": _edit,
    "pause": _pause,
    "resume": _resume,
    "do_now": _operate("do_now"),
    "stop": _stop,
    "expect": _nothing,
}
