"""The lines of a script against the process that is tested: steps, outcomes, events and values that exist."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.language.checks.expected import expectation
from engine.language.checks.tested import ZONE, Tested, constants
from engine.language.expressions import ExpressionProblem
from engine.language.inputs import BadValues, Values
from engine.language.nodes import Place
from engine.language.phrases import PhraseProblem
from engine.language.problems import one_of
from engine.language.resources import Form, Input
from engine.language.scenario import BELONGS, VERBS, Line
from engine.language.time import parse_phrase

FITS = {"answer": ("form",), "complete": ("task", "tasks"), "sign": ("signature",), "decline": ("signature",)}
INSTEAD = {"form": "answer", "task": "complete", "tasks": "complete", "signature": "sign"}


def line_of_script(t: Tested, line: Line) -> None:
    verbs = [v for v in line.model_fields_set if v in VERBS and getattr(line, v) is not None]
    verbs.sort(key=lambda v: t.key_of(line, v).column + t.key_of(line, v).line * 10_000)
    keys = {field.alias or name: name for name, field in type(line).model_fields.items()}
    written = [key for key, name in keys.items() if getattr(line, name) is not None and key not in VERBS]
    if len(verbs) != 1:
        _not_one(t, line, verbs)
        return
    verb = verbs[0]
    for key in written:
        if key not in BELONGS.get(verb, ()):
            known = one_of(BELONGS.get(verb, ())) or "nothing else"
            note = f"with `{verb}` you may write {known}"
            message = f"`{key}` does not belong to `{verb}`"
            t.report("E111", message, t.key_of(line, key), note)
    LINES.get(verb, _about_step)(t, line, verb)


def _not_one(t: Tested, line: Line, verbs: list[str]) -> None:
    place = t.document.place(line, verbs[1]) if verbs else t.document.place(line)
    if verbs:
        message = f"this line does two things: `{verbs[0]}` and `{verbs[1]}`"
        t.report("E110", message, t.key_of(line, verbs[1]), hint=f"begin a line of its own: `- {verbs[1]}: ...`")
    elif not any(p.line == place.line and p.code == "E020" for p in t.document.source.problems):
        t.report("E110", "this line does not say what happens", place, f"it begins with {one_of(VERBS, 20)}")


def _about_step(t: Tested, line: Line, verb: str) -> None:
    name, place = str(getattr(line, verb)), t.document.place(line, verb)
    if verb == "answer" and name in t.known.handlers:
        when = t.known.handlers[name].when
        _answers(t, line, when.form if when else None)
        return
    if verb in ("complete", "claim", "release", "reassign") and not re.fullmatch(r"[a-z0-9_/]+", name):
        return  # a title of a task, with values in it
    if verb in ("complete", "claim", "release", "reassign") and name in t.known.approvals:
        return
    step = t.must_be_step(name, place, t.known.handlers if verb == "answer" else ())
    if step is None:
        return
    if verb in FITS and step.type not in FITS[verb]:
        instead = INSTEAD.get(step.type, "")
        hint = f"write `{instead}: {name}`" if instead else ""
        t.report("E112", f"`{verb}` does not fit the step `{name}`: it is a {step.type}", place, hint=hint)
        return
    _answers(t, line, getattr(step, "form", None))
    _outcome(t, line, step)


def _answers(t: Tested, line: Line, form: str | None) -> None:
    loaded = t.library.get("forms", form) if form else None
    if loaded and isinstance(loaded.root, Form) and line.answer is not None:
        t.read(line, "answers", line.answers or {}, {q.id: q for q in loaded.root.fields})


def _outcome(t: Tested, line: Line, step: Any) -> None:
    known = (*step.buttons(), "not_applicable") if hasattr(step, "buttons") else ()
    if line.outcome is None or len(known) < 2 or line.outcome in known:
        return
    message = f"the task `{step.id}` has no outcome `{line.outcome}`"
    t.unknown("E113", message, line.outcome, t.document.place(line, "outcome"), known, "it has")


def _absence(t: Tested, line: Line, verb: str) -> None:
    for key, user in (("absence", line.absence), ("substitute", line.substitute)):
        if user is not None and user not in t.subject.users:
            place, message = t.document.place(line, key), f"there is no user `{user}`"
            t.unknown("E081", message, user, place, t.subject.users, "`people.yaml` has")
    for key, day in (("from", line.from_), ("to", line.to)):
        if day is not None:
            t.time(day, t.document.place(line, key), key)


def _mock(t: Tested, line: Line, verb: str) -> None:
    t.mocks(line, line.mock or {})


def _whole_case(t: Tested, line: Line, verb: str) -> None:
    if getattr(line, verb) != "case":
        message, hint = f"`{verb}` is for the whole case", f"write `{verb}: case`"
        t.report("E112", message, t.document.place(line, verb), hint=hint)


def _edit(t: Tested, line: Line, verb: str) -> None:
    specs = t.known.process.inputs
    raw = {name: value for name, value in (line.edit or {}).items() if not name.startswith("vars.")}
    for name in raw:
        if name in specs and not specs[name].changeable:
            message, hint = f"`{name}` cannot be changed while a case runs", f"add `changeable: true` to `{name}`"
            t.report("E112", message, t.key(line, "edit", name), hint=hint)
    t.read(line, "edit", raw, {n: s for n, s in specs.items() if n in raw} or specs)


def _reply(t: Tested, line: Line, verb: str) -> None:
    name, place = str(getattr(line, verb)), t.document.place(line, verb)
    step = t.must_be_step(name, place)
    if step is None:
        return
    known = t.known if step.id in t.known.steps else next(c for c in t.children.values() if step.id in c.steps)
    if verb == "reply" and not known.takes_mail:
        hint = "a form takes them with `answer_by_reply: QUESTION`, a wait with an event of `type: email`"
        t.report("E112", "this process takes no answers by mail", place, hint=hint)
    if line.attachments is None and verb == "reply" and not (line.text or "").strip():
        t.report("E110", f"this reply to `{name}` says nothing", place, hint="add `text: what is written`")


def _mail(t: Tested, line: Line, verb: str) -> None:
    mailbox, place = line.mail or "", t.document.place(line, "mail")
    if mailbox not in t.subject.mailboxes:
        message = f"there is no mailbox `{mailbox}`"
        t.unknown("E140", message, mailbox, place, t.subject.mailboxes, "`connections.yaml` has")
    if not line.from_:
        t.report("E110", "this line does not say who writes", place, hint="add `from: ann@example.com`")


def _address(t: Tested, line: Line, verb: str) -> None:
    """Any text may turn out to be an address."""


def _advance(t: Tested, line: Line, verb: str) -> None:
    phrase, place = line.advance or "", t.document.place(line, "advance")
    if phrase == "next":
        return
    try:
        never = parse_phrase(phrase).never
    except (PhraseProblem, ExpressionProblem) as problem:
        t.report("E040", f"`{phrase}` is no time: {problem}", place, hint="write it like `2 business days`")
        return
    if never:
        t.report("E042", "time cannot pass until `never`", place, hint="write it like `2 business days`")


def _event(t: Tested, line: Line, verb: str) -> None:
    name, place = line.event or "", t.document.place(line, "event")
    if "/" in name:
        _webhook(t, line, place, *name.split("/", 1))
    elif "." in name:
        _by_hand(t, line, place, *name.rsplit(".", 1))
    else:
        _own_event(t, line, name, place)


def _webhook(t: Tested, line: Line, place: Place, connection: str, event: str) -> None:
    known = t.subject.connections.get(connection)
    if known is None:
        have = t.subject.connections
        message = f"there is no connection `{connection}`"
        t.unknown("E076", message, connection, place, have, "`connections.yaml` has")
    elif event not in known.events:
        message = f"the connection `{connection}` has no event `{event}`"
        t.unknown("E077", message, event, place, known.events, "it has")
    else:
        fields = known.events[event].types
        _data(t, line, {n: Input(type=t, optional=True) for n, t in fields.items()})


def _data(t: Tested, line: Line, specs: Mapping[str, Input]) -> None:
    """Fields of an event, which may be nested or written with dots."""
    values, dynamic = constants(line.data or {})
    flat = dict(_flat(values))
    wanted = {n: s for n, s in specs.items() if n.split(".")[0] not in dynamic}
    flat = {n: v for n, v in flat.items() if n.split(".")[0] not in dynamic}
    try:
        Values(t.subject.people, "GBP", ZONE).read_all(wanted, flat)
    except BadValues as problem:
        for name, sentence in problem.problems.items():
            place = t.key(line, "data", name.split(".")[0])
            t.report("E114", sentence.rstrip(".").replace("input", "field"), place)


def _by_hand(t: Tested, line: Line, place: Place, step: str, event: str) -> None:
    found = t.must_be_step(step, place)
    if found is None:
        return
    offered = {e.id: e for e in getattr(found, "events", ()) if e.type == "manual"}
    if event not in offered:
        message = f"the step `{step}` takes no event `{event}` by hand"
        t.unknown("E112", message, event, place, offered, "it takes")
        return
    t.read(line, "data", line.data or {}, offered[event].inputs)


def _own_event(t: Tested, line: Line, name: str, place: Place) -> None:
    """An event that a process emits, or one that a handler takes by hand."""
    handler = t.known.handlers.get(name)
    if handler and handler.when and handler.when.type == "manual":
        t.read(line, "data", line.data or {}, handler.when.inputs)
        return
    steps = t.known.steps.values()
    heard = [e for step in steps for e in getattr(step, "events", ()) if e.type == "event"]
    heard += [h.when for h in t.known.handlers.values() if h.when and h.when.type == "event"]
    heard += [t for t in t.known.process.triggers if t.type == "event"]
    known = tuple(dict.fromkeys(e.event for e in heard if e.event))
    if name not in known:
        where = "for what happens outside write `connection/event`, by hand `step.event`; it listens to"
        t.unknown("E112", f"this process listens to no event `{name}`", name, place, known, where)


def _expected(t: Tested, line: Line, verb: str) -> None:
    if line.expect:
        expectation(t, line.expect)


LINES: dict[str, Callable[[Tested, Line, str], None]] = {
    "absence": _absence,
    "mock": _mock,
    "stop": _whole_case,
    "pause": _whole_case,
    "resume": _whole_case,
    "edit": _edit,
    "reply": _reply,
    "bounce": _reply,
    "mail": _mail,
    "unsubscribe": _address,
    "advance": _advance,
    "event": _event,
    "expect": _expected,
}


def _flat(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """`{company: {name: Acme}}` as `company.name`; an amount of money stays one value."""
    for name, value in data.items():
        inside = isinstance(value, Mapping) and "amount" not in value
        yield from _flat(value, f"{above}{name}.") if inside else [(f"{above}{name}", value)]
