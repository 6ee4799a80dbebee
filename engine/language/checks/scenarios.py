"""Files of tests against the process that they are for (E11x): steps, outcomes, messages and values that exist."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from engine.language.checks.subject import Subject
from engine.language.document import Document
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import ExpressionProblem, parse_expression, parse_template
from engine.language.inputs import BadValues, Values
from engine.language.library import Library
from engine.language.nodes import Place, Table
from engine.language.phrases import PhraseProblem
from engine.language.problems import one_of, suggest
from engine.language.process import Process
from engine.language.resources import Form, Input, Model
from engine.language.scenario import BELONGS, VERBS, Expect, Line, Scenario, Sent, Tests
from engine.language.time import parse_phrase

ENDINGS = ("completed", "stopped", "failed", "none")
STATUSES = ("done", "timed_out", "skipped", "failed", "cancelled", "waiting", "incident", "none")
ANSWERING = ("call", "python", "subprocess")
FITS = {"answer": ("form",), "complete": ("task", "tasks"), "sign": ("signature",), "decline": ("signature",)}
INSTEAD = {"form": "answer", "task": "complete", "tasks": "complete", "signature": "sign"}
ZONE = ZoneInfo("UTC")


def check(document: Document, library: Library) -> None:
    """Adds to the source of the file what is wrong with it."""
    tests = document.root
    if not isinstance(tests, Tests) or not tests.process:
        return
    loaded = library.get("processes", tests.process)
    if loaded is None:
        known = library.names("processes")
        near = suggest(tests.process, known)
        place, note = document.place(tests, "process"), f"the folder `processes/` has {one_of(known) or 'none'}"
        hint = f"did you mean `{near}`?" if near else ""
        document.source.report("E070", f"there is no process `{tests.process}`", place, "" if near else note, hint)
    elif isinstance(loaded.root, Process) and loaded.whole:
        _File(document, library, tests, Subject(loaded, library)).check()


@dataclass(frozen=True)
class _Known:
    """What a process has that tests may name."""

    process: Process
    steps: Mapping[str, Any]
    mails: tuple[str, ...]

    @classmethod
    def of(cls, subject: Subject) -> "_Known":
        named = {leaf.text for leaf in subject.leaves() if getattr(leaf.kind, "kind", "") == "emails"}
        subjects = {leaf.text for leaf in subject.leaves() if leaf.path and leaf.path[-1] == "subject"}
        usual = {name for step in subject.steps for name in step.mails()}
        listed = [task for step in subject.steps for task in getattr(step, "opened", tuple)()]
        steps = {s.id: s for s in (*listed, *subject.steps)}
        return cls(subject.process, steps, tuple(sorted(named | usual | subjects)))

    def sends(self, name: str) -> bool:
        """Whether a message may be called so; a subject with values in it may become anything."""
        return name in self.mails or any("${" in mail for mail in self.mails)

    @property
    def handlers(self) -> dict[str, Any]:
        found = {h.id: h for h in self.process.handlers}
        return found | {h.id: h for step in self.steps.values() for h in getattr(step, "handlers", ())}

    @property
    def endings(self) -> tuple[str, ...]:
        own = [name for step in self.steps.values() for name in step.endings()]
        return tuple(dict.fromkeys((*ENDINGS, *own, *(h.id for h in self.process.handlers if h.interrupt))))


class _File:
    def __init__(self, document: Document, library: Library, tests: Tests, subject: Subject) -> None:
        self.document = document
        self.library = library
        self.tests = tests
        self.subject = subject
        self.known = _Known.of(subject)

    def check(self) -> None:
        self._start_at(self.tests)
        self._mocks(self.tests, self.tests.mock)
        self._titles()
        for test in self.tests.tests:
            self._start_at(test)
            self._inputs(test)
            self._mocks(test, test.mock)
            for line in test.script:
                self._line(line)
            if test.expect:
                self._expect(test.expect)

    # -- saying what is wrong -----------------------------------------------------

    def _report(self, code: str, message: str, place: Place, note: str = "", hint: str = "") -> None:
        self.document.source.report(code, message, place, note, hint)

    def _unknown(self, code: str, message: str, word: str, place: Place, known: Iterable[str], where: str) -> None:
        known = tuple(known)
        near = suggest(word, known)
        note = "" if near else f"{where} {one_of(known, 12)}" if known else "there is none"
        self._report(code, message, place, note, f"did you mean `{near}`?" if near else "")

    def _key(self, owner: Model, field: str, name: str) -> Place:
        """Where a name that the author chose stands, and not its value."""
        node = self.document.node(owner, field)
        entry = node.entry(name) if isinstance(node, Table) else None
        return entry.key.place if entry else self.document.place(owner, field)

    # -- what surrounds a test ----------------------------------------------------

    def _titles(self) -> None:
        seen: dict[str, int] = {}
        for test in self.tests.tests:
            place = self.document.place(test, "title")
            if test.title in seen:
                note = f"`{test.title}` is already on line {seen[test.title]}"
                self._report("E027", "two tests have the same title", place, note)
            seen.setdefault(test.title, place.line)

    def _start_at(self, owner: Tests | Scenario) -> None:
        if owner.start_at is not None:
            self._time(owner.start_at, self.document.place(owner, "start_at"), "start_at")

    def _time(self, text: str, place: Place, key: str) -> None:
        try:
            (date if len(text.strip()) <= 10 else datetime).fromisoformat(text.strip())
        except ValueError:
            hint = f"write `{key}: 2026-03-02 09:00`, or only the day"
            self._report("E115", f"`{text}` is neither a date nor a date with a time", place, hint=hint)

    def _inputs(self, test: Scenario) -> None:
        raw = {**self.tests.inputs, **test.inputs}
        self._read(test, "inputs", raw, self.known.process.inputs, self.tests)

    def _read(
        self, owner: Model, field: str, raw: Mapping[str, Any], specs: Mapping[str, Input], general: Model | None = None
    ) -> None:
        """Values that would be refused when they are given by hand."""
        values, dynamic = _constants(raw)
        named = {n: s for n, s in specs.items() if n not in dynamic and not _named_file(s, values.get(n))}
        values = {n: v for n, v in values.items() if n in named or n not in specs}
        try:
            Values(self.subject.people, "GBP", ZONE).read_all(named, values)
        except BadValues as problem:
            meant = {suggest(name, specs) for name in problem.problems if name not in specs}
            for name, sentence in problem.problems.items():
                if name in meant and name not in raw:
                    continue  # given by a name that is misspelt: that is one mistake
                place = self._given(name, field, owner, general) or self._head(owner)
                self._report("E114", sentence.rstrip("."), place)

    def _given(self, name: str, field: str, *owners: Model | None) -> Place | None:
        """Where a value stands, with the test or for the whole file; None where nobody gives it."""
        found = (o for o in owners if o is not None and name in (getattr(o, field, None) or {}))
        return next((self._key(o, field, name) for o in found), None)

    def _head(self, owner: Model) -> Place:
        """Where to point when something is missing: the title of a test, the first words of a line."""
        if isinstance(owner, Scenario):
            return self.document.place(owner, "title")
        verb = next((v for v in VERBS if getattr(owner, v, None) is not None), "")
        return self.document.place(owner, verb) if verb else self.document.place(owner)

    def _mocks(self, owner: Model, mocks: Mapping[str, Any]) -> None:
        able = [s.id for s in self.known.steps.values() if s.type in ANSWERING]
        for name in mocks:
            step = self._step(name)
            if step is None or step.type not in ANSWERING:
                message = f"there is no step `{name}` whose answer can be chosen"
                where = "calls, functions and subprocesses of this process are"
                self._unknown("E112", message, name, self._key(owner, "mock", name), able, where)

    # -- steps --------------------------------------------------------------------

    def _step(self, name: str) -> Any:
        """The step that a name means: an id, a path, or `subprocess/step`; None where there is none."""
        first, slash, rest = name.partition("/")
        child = self._children.get(first) if slash else None
        if child:
            return child.steps.get(rest.rpartition("/")[2])
        return self.known.steps.get(name.rpartition("/")[2]) or self._of_children(name)

    def _of_children(self, name: str) -> Any:
        return next((c.steps[name] for c in self._children.values() if name in c.steps), None)

    @cached_property
    def _children(self) -> dict[str, _Known]:
        """What the processes have that steps of this one start, by those steps."""
        found = {}
        for step in self.known.steps.values():
            loaded = self.library.get("processes", step.process) if step.type == "subprocess" else None
            if loaded and isinstance(loaded.root, Process):
                found[step.id] = _Known.of(Subject(loaded, self.library))
        return found

    def _must_be_step(self, name: str, place: Place, extra: Iterable[str] = ()) -> Any:
        """The step; reported where there is none."""
        step = self._step(name)
        if step is None and name not in extra:
            known = (*self.known.steps, *extra)
            self._unknown("E112", f"this process has no step `{name}`", name, place, known, "it has")
        return step

    # -- lines of a script --------------------------------------------------------

    def _line(self, line: Line) -> None:
        verbs = [v for v in line.model_fields_set if v in VERBS and getattr(line, v) is not None]
        verbs.sort(key=lambda v: self._key_of(line, v).column + self._key_of(line, v).line * 10_000)
        keys = {field.alias or name: name for name, field in type(line).model_fields.items()}
        written = [key for key, name in keys.items() if getattr(line, name) is not None and key not in VERBS]
        if len(verbs) != 1:
            self._not_one(line, verbs)
            return
        verb = verbs[0]
        for key in written:
            if key not in BELONGS.get(verb, ()):
                known = one_of(BELONGS.get(verb, ())) or "nothing else"
                note = f"with `{verb}` you may write {known}"
                message = f"`{key}` does not belong to `{verb}`"
                self._report("E111", message, self._key_of(line, key), note)
        LINES.get(verb, _File._about_step)(self, line, verb)

    def _not_one(self, line: Line, verbs: list[str]) -> None:
        place = self.document.place(line, verbs[1]) if verbs else self.document.place(line)
        if verbs:
            message = f"this line does two things: `{verbs[0]}` and `{verbs[1]}`"
            self._report(
                "E110", message, self._key_of(line, verbs[1]), hint=f"begin a line of its own: `- {verbs[1]}: ...`"
            )
        else:
            self._report("E110", "this line does not say what happens", place, f"it begins with {one_of(VERBS, 20)}")

    def _key_of(self, owner: Model, key: str) -> Place:
        node = self.document.nodes.get(id(owner))
        entry = node.entry(key) if node else None
        return entry.key.place if entry else self.document.place(owner)

    def _about_step(self, line: Line, verb: str) -> None:
        name, place = str(getattr(line, verb)), self.document.place(line, verb)
        if verb == "answer" and name in self.known.handlers:
            when = self.known.handlers[name].when
            self._answers(line, when.form if when else None)
            return
        if verb in ("complete", "claim", "release") and not re.fullmatch(r"[a-z0-9_/]+", name):
            return  # a title of a task, with values in it
        step = self._must_be_step(name, place, self.known.handlers if verb == "answer" else ())
        if step is None:
            return
        if verb in FITS and step.type not in FITS[verb]:
            instead = INSTEAD.get(step.type, "")
            hint = f"write `{instead}: {name}`" if instead else ""
            self._report("E112", f"`{verb}` does not fit the step `{name}`: it is a {step.type}", place, hint=hint)
            return
        self._answers(line, getattr(step, "form", None))
        self._outcome(line, step)

    def _answers(self, line: Line, form: str | None) -> None:
        loaded = self.library.get("forms", form) if form else None
        if loaded and isinstance(loaded.root, Form) and line.answer is not None:
            self._read(line, "answers", line.answers or {}, {q.id: q for q in loaded.root.fields})

    def _outcome(self, line: Line, step: Any) -> None:
        known = (*step.buttons(), "not_applicable") if hasattr(step, "buttons") else ()
        if line.outcome is None or len(known) < 2 or line.outcome in known:
            return
        message = f"the task `{step.id}` has no outcome `{line.outcome}`"
        self._unknown("E113", message, line.outcome, self.document.place(line, "outcome"), known, "it has")

    def _absence(self, line: Line, verb: str) -> None:
        for key, user in (("absence", line.absence), ("substitute", line.substitute)):
            if user is not None and user not in self.subject.users:
                place, message = self.document.place(line, key), f"there is no user `{user}`"
                self._unknown("E081", message, user, place, self.subject.users, "`people.yaml` has")
        for key, day in (("from", line.from_), ("to", line.to)):
            if day is not None:
                self._time(day, self.document.place(line, key), key)

    def _mock(self, line: Line, verb: str) -> None:
        self._mocks(line, line.mock or {})

    def _stop(self, line: Line, verb: str) -> None:
        if line.stop != "case":
            hint = "write `stop: case`"
            self._report("E112", "only the whole case can be stopped", self.document.place(line, "stop"), hint=hint)

    def _reply(self, line: Line, verb: str) -> None:
        hint = "use `answer` for a form, or `event` for what happens outside"
        self._report("E112", "no step takes answers by mail", self.document.place(line, "reply"), hint=hint)

    def _advance(self, line: Line, verb: str) -> None:
        phrase, place = line.advance or "", self.document.place(line, "advance")
        if phrase == "next":
            return
        try:
            never = parse_phrase(phrase).never
        except (PhraseProblem, ExpressionProblem) as problem:
            self._report("E040", f"`{phrase}` is no time: {problem}", place, hint="write it like `2 business days`")
            return
        if never:
            self._report("E042", "time cannot pass until `never`", place, hint="write it like `2 business days`")

    def _event(self, line: Line, verb: str) -> None:
        name, place = line.event or "", self.document.place(line, "event")
        if "/" in name:
            self._webhook(line, place, *name.split("/", 1))
        elif "." in name:
            self._by_hand(line, place, *name.rsplit(".", 1))
        else:
            self._own_event(line, name, place)

    def _webhook(self, line: Line, place: Place, connection: str, event: str) -> None:
        known = self.subject.connections.get(connection)
        if known is None:
            have = self.subject.connections
            message = f"there is no connection `{connection}`"
            self._unknown("E076", message, connection, place, have, "`connections.yaml` has")
        elif event not in known.events:
            message = f"the connection `{connection}` has no event `{event}`"
            self._unknown("E077", message, event, place, known.events, "it has")
        else:
            fields = known.events[event].fields
            self._data(line, {n: Input(type=t, optional=True) for n, t in fields.items()})

    def _data(self, line: Line, specs: Mapping[str, Input]) -> None:
        """Fields of an event, which may be nested or written with dots."""
        values, dynamic = _constants(line.data or {})
        flat = dict(_flat(values))
        wanted = {n: s for n, s in specs.items() if n.split(".")[0] not in dynamic}
        flat = {n: v for n, v in flat.items() if n.split(".")[0] not in dynamic}
        try:
            Values(self.subject.people, "GBP", ZONE).read_all(wanted, flat)
        except BadValues as problem:
            for name, sentence in problem.problems.items():
                place = self._key(line, "data", name.split(".")[0])
                self._report("E114", sentence.rstrip(".").replace("input", "field"), place)

    def _by_hand(self, line: Line, place: Place, step: str, event: str) -> None:
        found = self._must_be_step(step, place)
        if found is None:
            return
        offered = {e.id: e for e in getattr(found, "events", ()) if e.type == "manual"}
        if event not in offered:
            message = f"the step `{step}` takes no event `{event}` by hand"
            self._unknown("E112", message, event, place, offered, "it takes")
            return
        self._read(line, "data", line.data or {}, offered[event].inputs)

    def _own_event(self, line: Line, name: str, place: Place) -> None:
        """An event that a process emits, or one that a handler takes by hand."""
        handler = self.known.handlers.get(name)
        if handler and handler.when and handler.when.type == "manual":
            self._read(line, "data", line.data or {}, handler.when.inputs)
            return
        steps = self.known.steps.values()
        heard = [e for step in steps for e in getattr(step, "events", ()) if e.type == "event"]
        heard += [h.when for h in self.known.handlers.values() if h.when and h.when.type == "event"]
        heard += [t for t in self.known.process.triggers if t.type == "event"]
        known = tuple(dict.fromkeys(e.event for e in heard if e.event))
        if name not in known:
            where = "for what happens outside write `connection/event`, by hand `step.event`; it listens to"
            self._unknown("E112", f"this process listens to no event `{name}`", name, place, known, where)

    # -- expectations -------------------------------------------------------------

    def _expected(self, line: Line, verb: str) -> None:
        if line.expect:
            self._expect(line.expect)

    def _expect(self, expect: Expect) -> None:
        known, place = self.known, self.document.place
        if expect.case is not None:
            known = self._children.get(expect.case, self.known)
            if known is self.known:
                message = f"the step `{expect.case}` starts no other process"
                self._unknown("E112", message, expect.case, place(expect, "case"), self._children, "those that do are")
                return
        self._one_of(expect, "outcome", known.endings, "this process never ends with", "it may end with")
        self._one_of(expect, "stage", (*known.process.stages, "none"), "this process has no stage", "it has")
        self._messages(expect, known)
        self._steps(expect, known)
        for expression in expect.values:
            self._expression(expect, expression)

    def _one_of(self, expect: Expect, key: str, known: tuple[str, ...], wrong: str, where: str) -> None:
        word = getattr(expect, key)
        if word is not None and word not in known:
            self._unknown("E113", f"{wrong} `{word}`", word, self.document.place(expect, key), known, where)

    def _messages(self, expect: Expect, known: _Known) -> None:
        sent = expect.sent or ()
        names = [(one.email if isinstance(one, Sent) else one, ("sent", n)) for n, one in enumerate(sent)]
        names += [(name, ("never_sent", n)) for n, name in enumerate(expect.never_sent)]
        for name, path in names:
            if not known.sends(name):
                message = f"this process never sends `{name}`"
                self._unknown("E113", message, name, self.document.place(expect, *path), known.mails, "it sends")
        for one in sent:
            if isinstance(one, Sent) and one.at:
                self._time(one.at, self.document.place(one, "at"), "at")

    def _steps(self, expect: Expect, known: _Known) -> None:
        for key in ("waiting", "order", "incidents"):
            for n, name in enumerate(getattr(expect, key) or ()):
                self._named(known, name, self.document.place(expect, key, n))
        for key in ("status", "done_at", "due"):
            for name, value in getattr(expect, key).items():
                if key != "due" or re.fullmatch(r"[a-z0-9_/]+", name):
                    self._named(known, name, self._key(expect, key, name))
                if key != "status":
                    self._time(value, self.document.place(expect, key, name), name)
                elif value not in STATUSES:
                    place, message = self.document.place(expect, key, name), f"`{value}` is no status of a step"
                    self._unknown("E113", message, value, place, STATUSES, "a step is")

    def _named(self, known: _Known, name: str, place: Place) -> None:
        if name.rpartition("/")[2] not in known.steps and not _beside(known, name):
            message = f"this process has no step `{name}`"
            self._unknown("E112", message, name, place, known.steps, "it has")

    def _expression(self, expect: Expect, expression: str) -> None:
        try:
            parse_expression(expression)
        except ExpressionProblem as problem:
            place = self._key(expect, "values", expression)
            self._report("E030", f"`{expression}` cannot be read: {problem}", place)


LINES: dict[str, Callable[[_File, Line, str], None]] = {
    "absence": _File._absence,
    "mock": _File._mock,
    "stop": _File._stop,
    "reply": _File._reply,
    "advance": _File._advance,
    "event": _File._event,
    "expect": _File._expected,
}


def _beside(known: _Known, name: str) -> bool:
    """Whether it is side work of a step: `welcome_escalate1`."""
    step, _, rest = name.rpartition("_")
    return step in known.steps and rest.startswith("escalate")


def _named_file(spec: Input, value: Any) -> bool:
    """A file that the test only names."""
    return spec.type == "file" and isinstance(value, str)


def _constants(raw: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """The values that are known now; and the names of those that are not."""
    known, dynamic = {}, set()
    for name, written in raw.items():
        try:
            known[name] = _constant(written)
        except (EvaluationError, ExpressionProblem):
            dynamic.add(name)
    return known, dynamic


def _constant(written: Any) -> Any:
    if isinstance(written, str):
        return render(parse_template(written), {}, lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
    if isinstance(written, Mapping):
        return {name: _constant(value) for name, value in written.items()}
    return [_constant(value) for value in written] if isinstance(written, list | tuple) else written


def _flat(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """`{company: {name: Acme}}` as `company.name`; an amount of money stays one value."""
    for name, value in data.items():
        inside = isinstance(value, Mapping) and "amount" not in value
        yield from _flat(value, f"{above}{name}.") if inside else [(f"{above}{name}", value)]
