"""What the checks of a file of tests look up, and how they say what is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from engine.language.checks.subject import Subject
from engine.language.document import Document
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import ExpressionProblem, parse_template
from engine.language.inputs import BadValues, Values
from engine.language.library import Library
from engine.language.model import Model
from engine.language.nodes import Place, Table
from engine.language.problems import one_of, suggest
from engine.language.process import Process
from engine.language.resources import Input
from engine.language.scenario import VERBS, Scenario, Tests

ENDINGS = ("completed", "stopped", "failed", "none")
ANSWERING = ("call", "python", "subprocess")
ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Known:
    """What a process has that tests may name."""

    process: Process
    steps: Mapping[str, Any]
    mails: tuple[str, ...]

    @classmethod
    def of(cls, subject: Subject) -> "Known":
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
    def approvals(self) -> frozenset[str]:
        """What the tasks are called in which somebody agrees to the mail of a step: `STEP_approval`."""
        sends = [(s.id, getattr(s, "approve", None) or getattr(getattr(s, "send", None), "approve", None)) for s in
                 self.steps.values()]  # fmt: skip
        return frozenset(f"{step}_approval" for step, who in sends if who)

    @property
    def takes_mail(self) -> bool:
        """Whether a step or a handler takes the answer to a mail of the case."""
        heard = [h.when for h in self.handlers.values() if h.when]
        heard += [event for step in self.steps.values() for event in getattr(step, "events", ())]
        by_reply = any(getattr(step, "answer_by_reply", None) for step in self.steps.values())
        return by_reply or any(told.type == "email" for told in heard)

    @property
    def endings(self) -> tuple[str, ...]:
        own = [name for step in self.steps.values() for name in step.endings()]
        return tuple(dict.fromkeys((*ENDINGS, *own, *(h.id for h in self.process.handlers if h.interrupt))))


class Tested:
    """A file of tests beside the process that it is for."""

    def __init__(self, document: Document, library: Library, tests: Tests, subject: Subject) -> None:
        self.document = document
        self.library = library
        self.tests = tests
        self.subject = subject
        self.known = Known.of(subject)

    def report(self, code: str, message: str, place: Place, note: str = "", hint: str = "") -> None:
        self.document.source.report(code, message, place, note, hint)

    def unknown(self, code: str, message: str, word: str, place: Place, known: Iterable[str], where: str) -> None:
        known = tuple(known)
        near = suggest(word, known)
        note = "" if near else f"{where} {one_of(known, 12)}" if known else "there is none"
        self.report(code, message, place, note, f"did you mean `{near}`?" if near else "")

    def key(self, owner: Model, field: str, name: str) -> Place:
        """Where a name that the author chose stands, and not its value."""
        node = self.document.node(owner, field)
        entry = node.entry(name) if isinstance(node, Table) else None
        return entry.key.place if entry else self.document.place(owner, field)

    def key_of(self, owner: Model, key: str) -> Place:
        node = self.document.nodes.get(id(owner))
        entry = node.entry(key) if node else None
        return entry.key.place if entry else self.document.place(owner)

    def time(self, text: str, place: Place, key: str) -> None:
        try:
            (date if len(text.strip()) <= 10 else datetime).fromisoformat(text.strip())
        except ValueError:
            hint = f"write `{key}: 2026-03-02 09:00`, or only the day"
            self.report("E115", f"`{text}` is neither a date nor a date with a time", place, hint=hint)

    def given(self, name: str, field: str, *owners: Model | None) -> Place | None:
        """Where a value stands, with the test or for the whole file; None where nobody gives it."""
        found = (o for o in owners if o is not None and name in (getattr(o, field, None) or {}))
        return next((self.key(o, field, name) for o in found), None)

    def head(self, owner: Model) -> Place:
        """Where to point when something is missing: the title of a test, the first words of a line."""
        if isinstance(owner, Scenario):
            return self.document.place(owner, "title")
        verb = next((v for v in VERBS if getattr(owner, v, None) is not None), "")
        return self.document.place(owner, verb) if verb else self.document.place(owner)

    def read(
        self, owner: Model, field: str, raw: Mapping[str, Any], specs: Mapping[str, Input], general: Model | None = None
    ) -> None:
        """Values that would be refused when they are given by hand."""
        values, dynamic = constants(raw)
        named = {n: s for n, s in specs.items() if n not in dynamic and not _named_file(s, values.get(n))}
        values = {n: v for n, v in values.items() if n in named or n not in specs}
        try:
            Values(self.subject.people, "GBP", ZONE).read_all(named, values)
        except BadValues as problem:
            meant = {suggest(name, specs) for name in problem.problems if name not in specs}
            for name, sentence in problem.problems.items():
                if name in meant and name not in raw:
                    continue  # given by a name that is misspelt: that is one mistake
                place = self.given(name, field, owner, general) or self.head(owner)
                self.report("E114", sentence.rstrip("."), place)

    def mocks(self, owner: Model, mocks: Mapping[str, Any]) -> None:
        able = [s.id for s in self.known.steps.values() if s.type in ANSWERING]
        for name in mocks:
            step = self.step(name)
            if step is None or step.type not in ANSWERING:
                message = f"there is no step `{name}` whose answer can be chosen"
                where = "calls, functions and subprocesses of this process are"
                self.unknown("E112", message, name, self.key(owner, "mock", name), able, where)

    def step(self, name: str) -> Any:
        """The step that a name means: an id, a path, or `subprocess/step`; None where there is none."""
        first, slash, rest = name.partition("/")
        child = self.children.get(first) if slash else None
        if child:
            return child.steps.get(rest.rpartition("/")[2])
        return self.known.steps.get(name.rpartition("/")[2]) or self.of_children(name)

    def of_children(self, name: str) -> Any:
        return next((c.steps[name] for c in self.children.values() if name in c.steps), None)

    @cached_property
    def children(self) -> dict[str, Known]:
        """What the processes have that steps of this one start, by those steps."""
        started = {s.id: self._process(s.process) for s in self.known.steps.values() if s.type == "subprocess"}
        return {step: known for step, known in started.items() if known}

    def started(self, name: str) -> Known | None:
        """What a case has that a step of this id started, or an event: then it is called by its process."""
        return self.children.get(name) or self._process(name)

    def _process(self, name: str) -> Known | None:
        loaded = self.library.get("processes", name)
        found = loaded and loaded.whole and isinstance(loaded.root, Process)
        return Known.of(Subject(loaded, self.library)) if loaded and found else None

    def must_be_step(self, name: str, place: Place, extra: Iterable[str] = ()) -> Any:
        """The step; reported where there is none."""
        step = self.step(name)
        if step is None and name not in extra:
            known = (*self.known.steps, *extra)
            self.unknown("E112", f"this process has no step `{name}`", name, place, known, "it has")
        return step


def _named_file(spec: Input, value: Any) -> bool:
    """A file that the test only names."""
    return spec.type == "file" and isinstance(value, str)


def constants(raw: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
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
