"""What a test expects: one function for each key, which says what happened instead where it did not come true."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.language.coercion import coerce
from engine.language.evaluator import EvaluationError, evaluate, render
from engine.language.expressions import ExpressionProblem, parse_expression, parse_template
from engine.language.resources import Input
from engine.language.scenario import Expect, Sent
from engine.language.values import Money, display
from engine.runtime.letters import is_suppressed
from engine.runtime.simulator import Simulation
from engine.runtime.state import StepRecord
from engine.scenarios.clock import calendar_of, read_time, same_time, shown
from engine.scenarios.finding import case_of
from engine.scenarios.world import World

NONE = "none"
HANDLER = "handler"
"""What the case may be told beside its steps: nothing that it waits for."""


@dataclass(frozen=True)
class Difference:
    """An expectation that did not come true. `path` leads to its place below `expect`."""

    path: tuple[str | int, ...]
    expected: str
    happened: str


@dataclass(frozen=True)
class Message:
    """A mail that went out."""

    at: datetime
    to: str
    template: str
    subject: str

    @property
    def name(self) -> str:
        return self.template or self.subject


@dataclass(frozen=True)
class Seen:
    """One case as expectations look at it."""

    world: World
    case: Simulation

    @property
    def zone(self) -> Any:
        return calendar_of(self.case.plan).zone

    def messages(self, suppressed: bool = False) -> list[Message]:
        """What went out; or what did not, because its reader may not be written to."""
        mails = [h for h in self.case.happened if h.effect.kind == "email"]
        return [_message(h.at, h.effect.payload) for h in mails if is_suppressed(h.result) == suppressed]

    def record(self, name: str) -> StepRecord | None:
        """The latest record of a step, by id or path."""
        records = self.case.state.steps
        found = [r for p, r in records.items() if name in (p, r.id)]
        return records.get(name) or (found[-1] if found else None)


def look(world: World, expect: Expect) -> Iterator[Difference]:
    """Everything that is not as it is expected. Raises CannotPlay where `case` names none."""
    seen = Seen(world, case_of(world, expect.case))
    for key, compare in EXPECTATIONS.items():
        wanted = getattr(expect, key)
        if wanted is not None and key in expect.model_fields_set:
            yield from compare(seen, wanted)


def _message(at: datetime, payload: Mapping[str, Any]) -> Message:
    subject = payload["subject"] or ""
    with suppress(EvaluationError, ExpressionProblem):
        subject = display(render(parse_template(subject), payload["scope"], lambda: at)) if subject else ""
    return Message(at, str(payload["to"]), payload["template"] or "", subject)


# -- how it ended -------------------------------------------------------------------


def _outcome(seen: Seen, wanted: str) -> Iterator[Difference]:
    yield from _equal("outcome", wanted, seen.case.state.outcome or NONE, _standing(seen))


def _standing(seen: Seen) -> str:
    if seen.case.state.outcome:
        return ""
    steps = [w.step for w in seen.case.turned.view.waits if w.kind != HANDLER]
    return f" (the case is open, at {_words(steps)})"


def _stage(seen: Seen, wanted: str) -> Iterator[Difference]:
    yield from _equal("stage", wanted, seen.case.state.stage or NONE)


def _waiting(seen: Seen, wanted: tuple[str, ...]) -> Iterator[Difference]:
    waits = [w for w in seen.case.turned.view.waits if w.kind != HANDLER]
    happened = [next((w for w in wanted if w in (wait.path, wait.step)), wait.step) for wait in waits]
    yield from _equal("waiting", _words(sorted(wanted)), _words(sorted(happened)))


def _incidents(seen: Seen, wanted: tuple[str, ...]) -> Iterator[Difference]:
    found = seen.case.turned.view.incidents
    if sorted(wanted) != sorted(next((w for w in wanted if w in (i.path, i.step)), i.step) for i in found):
        happened = "; ".join(f"{i.step} ({i.code}: {i.message})" for i in found)
        yield Difference(("incidents",), _words(wanted), happened or "none")


# -- messages -----------------------------------------------------------------------


def _sent(seen: Seen, wanted: tuple[str | Sent, ...]) -> Iterator[Difference]:
    messages = seen.messages()
    told = [Sent(email=w) if isinstance(w, str) else w for w in wanted]
    for n, one in enumerate(told):
        if n >= len(messages) or not _is(seen, one, messages[n]):
            break
    else:
        if len(told) == len(messages):
            return
    brief = all(w.to is None and w.at is None for w in told)
    happened = [m.name if brief else f"{m.name} to {m.to} at {shown(m.at, seen.zone)}" for m in messages]
    yield Difference(("sent",), _words(_in_words(w) for w in told), _words(happened))


def _is(seen: Seen, wanted: Sent, message: Message) -> bool:
    named = wanted.email in (message.template, message.subject)
    when = wanted.at is None or _on(seen, wanted.at, message.at)
    return named and when and (wanted.to is None or message.to in _addresses(seen, wanted.to))


def _in_words(wanted: Sent) -> str:
    return wanted.email + (f" to {wanted.to}" if wanted.to else "") + (f" at {wanted.at}" if wanted.at else "")


def _addresses(seen: Seen, name: str) -> set[str]:
    people = seen.case.plan.resources.people
    members = {m for g in people.groups if g.id == name for m in g.members} | {name}
    return {name, *(u.email for u in people.users if u.id in members)}


def _suppressed(seen: Seen, wanted: tuple[str, ...]) -> Iterator[Difference]:
    yield from _equal("suppressed", _words(wanted), _words(m.name for m in seen.messages(suppressed=True)))


def _never_sent(seen: Seen, wanted: tuple[str, ...]) -> Iterator[Difference]:
    for n, name in enumerate(wanted):
        for message in seen.messages():
            if name in (message.template, message.subject):
                happened = f"it went to {message.to} at {shown(message.at, seen.zone)}"
                yield Difference(("never_sent", n), f"`{name}` is never sent", happened)
                break


def _notified(seen: Seen, wanted: tuple[str, ...]) -> Iterator[Difference]:
    notices = {h.effect.page: h.effect.payload for h in seen.case.happened if h.effect.kind == "notify"}
    yield from _equal("notified", _words(wanted), _words(str(told["connection"]) for told in notices.values()))


# -- tasks --------------------------------------------------------------------------


def _tasks_opened(seen: Seen, wanted: tuple[str, ...]) -> Iterator[Difference]:
    tasks = sorted(seen.case.turned.view.tasks, key=lambda t: t.opened_at)
    yield from _equal("tasks_opened", _words(wanted), _words(t.title for t in tasks))


def _open_tasks(seen: Seen, wanted: int | tuple[str, ...]) -> Iterator[Difference]:
    titles = [t.title for t in seen.case.open_tasks]
    if isinstance(wanted, int):
        yield from _equal("open_tasks", str(wanted), str(len(titles)), f" ({_words(titles)})")
    else:
        yield from _equal("open_tasks", _words(sorted(wanted)), _words(sorted(titles)))


# -- steps --------------------------------------------------------------------------


def _order(seen: Seen, wanted: tuple[str, ...]) -> Iterator[Difference]:
    records = [
        (p, r) for p, r in seen.case.state.steps.items() if r.closed and r.status not in ("skipped", "cancelled")
    ]
    done = sorted(records, key=lambda found: found[1].seq)
    rest = iter(done)
    if not all(any(name in (p, r.id) for p, r in rest) for name in wanted):
        yield Difference(("order",), _words(wanted), _words(r.id for _, r in done))


def _status(seen: Seen, wanted: Mapping[str, str]) -> Iterator[Difference]:
    for name, status in wanted.items():
        record = seen.record(name)
        happened = _status_of(record) if record else NONE
        if status != happened:
            yield Difference(("status", name), f"{name}: {status}", f"{name}: {happened}")


def _status_of(record: StepRecord) -> str:
    if record.closed:
        return record.status
    return "incident" if record.incident or record.failures else "waiting"


def _done_at(seen: Seen, wanted: Mapping[str, str]) -> Iterator[Difference]:
    for name, when in wanted.items():
        record = seen.record(name)
        yield from _time(seen, "done_at", name, when, record.at if record and record.closed else None)


def _due(seen: Seen, wanted: Mapping[str, str]) -> Iterator[Difference]:
    for name, when in wanted.items():
        found = [t.due for t in seen.case.turned.view.tasks if name in (t.step, t.path, t.title)]
        found += [w.due for w in seen.case.turned.view.waits if name in (w.step, w.path)]
        yield from _time(seen, "due", name, when, next((d for d in reversed(found) if d), None))


def _time(seen: Seen, key: str, name: str, when: str, at: datetime | None) -> Iterator[Difference]:
    if at is None or not _on(seen, when, at):
        yield Difference((key, name), f"{name}: {when}", f"{name}: {shown(at, seen.zone) if at else NONE}")


def _on(seen: Seen, when: str, at: datetime) -> bool:
    return same_time(read_time(when, seen.zone), at, seen.zone)


# -- values -------------------------------------------------------------------------


def _values(seen: Seen, wanted: Mapping[str, Any]) -> Iterator[Difference]:
    scope = {**seen.world.scope(seen.case), "outputs": seen.case.state.outputs}
    for expression, written in wanted.items():
        actual = _value(seen, expression, scope)
        expected = seen.world.filled(written, seen.case)
        if not same(expected, actual, seen):
            yield Difference(
                ("values", expression), f"{expression}: {_show(expected)}", f"{expression}: {_show(actual)}"
            )


def _value(seen: Seen, expression: str, scope: Mapping[str, Any]) -> Any:
    try:
        return evaluate(parse_expression(expression), scope, lambda: seen.world.now, calendar_of(seen.case.plan))
    except EvaluationError:
        return None


def same(expected: Any, actual: Any, seen: Seen) -> bool:
    """Whether a value is what was written: the value decides how the text is read."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return all(name in actual and same(value, actual[name], seen) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(same(e, a, seen) for e, a in zip(expected, actual, strict=True))
    if not isinstance(expected, str) or isinstance(actual, str):
        return bool(expected == actual) and isinstance(expected, bool) == isinstance(actual, bool)
    if actual is None:
        return expected == NONE
    try:
        return _read_like(expected, actual, seen)
    except ValueError:
        return False


def _read_like(text: str, actual: Any, seen: Seen) -> bool:
    if isinstance(actual, datetime):
        return _on(seen, text, actual)
    kind = {bool: "boolean", int: "number", Decimal: "number", Money: "money", date: "date"}.get(type(actual))
    if kind is None:
        return False
    spec = Input(type=kind)
    return bool(coerce(text, spec, currency=seen.world.around.currency) == actual)


def _show(value: Any) -> str:
    return NONE if value is None else value if isinstance(value, str) else display(value)


# -- the timeline -------------------------------------------------------------------


def _timeline(seen: Seen, wanted: tuple[str, ...]) -> Iterator[Difference]:
    rest = iter([e.text for e in seen.case.timeline])
    for n, words in enumerate(wanted):
        if not any(words.lower() in text.lower() for text in rest):
            yield Difference(("timeline", n), f"a line with “{words}”", "no such line, or not in this order")
            return


def _equal(key: str, expected: str, happened: str, more: str = "") -> Iterator[Difference]:
    if expected != happened:
        yield Difference((key,), expected, happened + more)


def _words(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


EXPECTATIONS: dict[str, Callable[[Seen, Any], Iterator[Difference]]] = {
    "outcome": _outcome,
    "stage": _stage,
    "sent": _sent,
    "suppressed": _suppressed,
    "never_sent": _never_sent,
    "notified": _notified,
    "tasks_opened": _tasks_opened,
    "open_tasks": _open_tasks,
    "waiting": _waiting,
    "order": _order,
    "status": _status,
    "values": _values,
    "done_at": _done_at,
    "due": _due,
    "incidents": _incidents,
    "timeline": _timeline,
}
