"""Every expression of a process, against what is known where it stands.

Walks the steps in the order they run and keeps what each has given so far. A name that may be
missing must be read with `default`, or under an `if` that makes sure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.language import given
from engine.language.checks import decisions, events, files, plugins, privacy
from engine.language.checks.blocks import ERROR, Blocks, Others, goes_on, stopped
from engine.language.checks.names import ALWAYS, Known, Steps, where
from engine.language.checks.neighbours import Neighbours
from engine.language.checks.schedules import SCHEDULED
from engine.language.checks.standing import Standing, parsed
from engine.language.checks.subject import Subject
from engine.language.checks.values import Values
from engine.language.checks.variables import Variables, moving
from engine.language.connections import Connection
from engine.language.document import Leaf, UnknownStep
from engine.language.expressions import Expr
from engine.language.fields import Reference
from engine.language.locales import variants
from engine.language.narrowing import Path, narrow
from engine.language.nodes import Broken, Table
from engine.language.process import Process, When
from engine.language.types import ANY, Field, Record, Type, record


def check(subject: Subject, values: Values | None = None) -> None:
    """Every text is given to `values`, with what is known where it stands."""
    others = Neighbours(subject, _walk)
    Walk(subject, values or Values(subject), others).process()
    events.check(subject, others.events)


def _walk(subject: Subject, others: Others) -> "Walk":
    return Walk(subject, Values(subject), others)


class Walk(Blocks):
    """One walk through a process."""

    def __init__(self, subject: Subject, values: Values, others: Others) -> None:
        self.subject = subject
        self.values = values
        self.others = others
        self.emitted: dict[str, Record] = {}
        self.known: dict[str, Known] = {}
        self.vars = Variables(subject, values)
        base = {"inputs": self._inputs(), "case": files.CASE}
        self.base = {name: Field(type_) for name, type_ in base.items()}
        self.moving = moving(subject)

    def _inputs(self) -> Record:
        """The inputs; one that could not be read is anything."""
        written = self.subject.document.node(self.subject.process, "inputs")
        names = [entry.key.text for entry in written.entries] if isinstance(written, Table) else []
        known = given.inputs(self.subject.process.inputs)
        return Record(fields={**{name: Field(ANY) for name in names}, **known.fields}, open=isinstance(written, Broken))

    def process(self) -> Record:
        """Check everything; the types of the outputs."""
        process = self.subject.process
        for handler in process.handlers:
            self.declare(handler.steps, f"it runs only when the handler `{handler.id}` does")
        self._starts(process)
        self._block(process.steps, Standing())
        outputs = self._outputs()
        self._handlers(process)
        return outputs

    def scope(self, standing: Standing) -> Record:
        steps = Record(fields=Steps(self.known, standing.assumed))
        known = {"inputs": self.base["inputs"], "vars": Field(self.vars.record(standing.assumed))}
        found = Record(fields={**known, "case": self.base["case"], "steps": Field(steps), **standing.names})
        for condition, holds in standing.conditions:
            found = narrow(condition, found, holds)
        return found

    # -- around the steps -------------------------------------------------------

    def _leaves(self, *path: str | int) -> Iterator[Leaf]:
        """The texts of the process itself below a path."""
        for leaf in self.subject.document.leaves.get(id(self.subject.process), ()):
            if leaf.path[: len(path)] == path:
                yield leaf

    def _starts(self, process: Process) -> None:
        for n, trigger in enumerate(process.triggers):
            event = {"event": Field(self._event(trigger))}
            for leaf in self._leaves("triggers", n):
                wanted = process.inputs.get(str(leaf.path[-1])) if leaf.path[2] == "inputs" else None
                own = {"inputs": self.base["inputs"]} if leaf.path[2] == "contact" else {}
                self.values.check(leaf, Record(fields={**event, **own}), wanted.type if wanted else None)
            files.form(self.subject, trigger.form or "", Record(), f"the trigger `{trigger.id}`")
        for leaf in self._leaves("concurrency"):
            self.values.check(leaf, Record(fields={"inputs": self.base["inputs"]}))

    def _event(self, told: Any) -> Record:
        """What an event of a trigger, a handler or a wait carries."""
        if told.type == "webhook":
            connection: Connection | None = self.subject.connections.get(told.connection or "")
            return given.webhook(connection, told.event)
        if told.type == "form":
            return record(answers=given.answers(self.subject.resources.forms.get(told.form or "")))
        if told.type == "schedule":
            return SCHEDULED
        if told.type == "event":
            return self.others.events.get(told.event or "", given.OPEN)
        if told.type in given.MAILED:
            return given.MAILED[told.type]
        return given.inputs(told.inputs) if told.type == "manual" and isinstance(told, When) else given.OPEN

    def _outputs(self) -> Record:
        scope, fields = self.scope(Standing()), {}
        early = "it has steps that end it early" if any(s.ends_case() for s in self.subject.steps) else ""
        for leaf in self._leaves("outputs"):
            type_ = self.values.check(leaf, scope)
            if len(leaf.path) == 2:
                fields[str(leaf.path[1])] = Field(type_, early)
        return Record(fields=fields)

    def _handlers(self, process: Process) -> None:
        done, marks = dict(self.known), self.vars.marks
        late = "it may not be done yet when this happens"
        for n, handler in enumerate(process.handlers):
            self.known = {name: known.under(late, None) for name, known in done.items()}
            self.vars.marks = {name: mark.under(late, None) for name, mark in marks.items()}
            for leaf in self._leaves("handlers", n):
                self.values.check(leaf, self.scope(Standing()))
            if handler.when is not None:
                files.form(self.subject, handler.when.form or "", self.scope(Standing()), f"the handler `{handler.id}`")
                self._block(handler.steps, Standing().knowing(event=self._event(handler.when)))
        self.known, self.vars.marks = done, marks

    # -- steps --------------------------------------------------------------------

    def _block(self, steps: Sequence[Any], standing: Standing) -> None:
        for step in steps:
            if isinstance(step, UnknownStep):
                self.known[step.id] = Known(given.OPEN)
                continue
            condition = self._step(step, standing)
            standing = standing.unless(condition) if step.ends_case() else stopped(step, standing)

    def _step(self, step: Any, outside: Standing) -> Expr | None:
        condition = self._condition(step, outside)
        standing, marks = outside.where(condition), self.vars.marks
        scope = self.scope(standing)
        types = self._texts(step, scope)
        self._templates(step, scope, types)
        decisions.check(self.subject, step, scope)
        inside = self._walked(step, standing)
        result = step.result(self._look(step, standing))
        if goes_on(step.on_error):
            failed = Field(ERROR, f"step `{step.id}` may not have failed")
            result = replace(result, fields={**result.fields, "error": failed})
        if id(step) in self.subject.document.doubtful:
            result = replace(result, open=True)
        self._compensation(step, result, standing)
        self._leave(step)
        if step.type == "emit":
            carried = record(**{name: self.values.type_of(written, scope) for name, written in step.data.items()})
            self.emitted[step.event] = given.one_of_records(
                {"before": self.emitted.get(step.event, carried), "": carried}
            )
        if step.type == "set":
            self.vars.set(step, {name: self.values.type_of(written, scope) for name, written in step.values.items()})
        if step.if_ is not None and condition is not None:
            self._under(inside, self._skipped(step), where(step.if_))
            self.vars.unsure(marks, self._skipped(step), where(step.if_))
        self.known[step.id] = self._known(step, result, condition)
        if step.type == "set":
            why = f"and step `{step.id}` may change that (line {self._line(step)})"
            self._anew({("vars", str(name)): why for name in step.values}, tuple(self.known))
        self._anew(self.moving, (*inside, step.id))
        return condition

    def _anew(self, moving: Mapping[Path, str], steps: Iterable[str]) -> None:
        """Conditions that ask for what moves may give another answer the next time."""
        for path, why in moving.items():
            names = frozenset({path})
            self.known |= {name: self.known[name].anew(names, why) for name in steps if name in self.known}
            self.vars.anew(names, why)

    def _walked(self, step: Any, standing: Standing) -> list[str]:
        """Walk what is inside; the steps that can be read from now on."""
        before = set(self.known)
        self._inside(step, standing)
        return [name for name in self.known if name not in before or name in self._ids(step)]

    def _line(self, step: Any) -> int:
        return self.subject.document.place(step).line

    def _condition(self, step: Any, standing: Standing) -> Expr | None:
        leaf = self.subject.document.leaf(step, "if")
        if leaf is None:
            return None
        self.values.check(leaf, self.scope(standing))
        return parsed(leaf.text)

    def _texts(self, step: Any, scope: Record) -> dict[tuple[str | int, ...], Type]:
        """Check the step's own texts; the types of those that give a value."""
        wanted, types = self._wanted(step), {}
        for leaf in self.subject.document.leaves.get(id(step), ()):
            own = leaf.path[0] in ("branches", "cases") or leaf.path == ("if",)  # asked where their blocks are walked
            if (own and leaf.path[-1] == "if") or getattr(leaf.kind, "inner", False):
                continue
            expected = wanted.get(str(leaf.path[-1])) if leaf.path[0] == "inputs" else None
            types[leaf.path] = self.values.check(leaf, scope, expected)
            if leaf.key == "subject":
                privacy.subject_line(self.subject, self.subject.document, leaf.node, scope)
        return types

    def _wanted(self, step: Any) -> Mapping[str, str]:
        """The declared types of what the step's `inputs` go to: another process, or a function of a plug-in."""
        if hasattr(step, "function"):
            return plugins.wanted(step.function)
        specs = self.subject.inputs_of(step.process) if hasattr(step, "process") else None
        return {name: spec.type for name, spec in (specs or {}).items()}

    def _templates(self, step: Any, scope: Record, types: Mapping[tuple[str | int, ...], Type]) -> None:
        named = [leaf for leaf in self.subject.document.leaves.get(id(step), ()) if isinstance(leaf.kind, Reference)]
        user = f"step `{step.id}` ({self.subject.document.source.name}:{self._line(step)})"
        for name in (*(leaf.text for leaf in named if leaf.kind.kind == "emails"), *step.mails()):
            for one in (name, *variants(name, self.subject.library.names("emails"))):
                files.mail(self.subject, one, scope, user)
        for leaf in named:
            if leaf.kind.kind == "forms":
                files.form(self.subject, leaf.text, scope, user)
            elif leaf.kind.kind == "documents":
                fields = {str(p[1]): t for p, t in types.items() if p[0] == "fields" and len(p) == 2}
                files.document(self.subject, step, fields)
            elif leaf.kind.kind == "checklists":
                for document, text in files.checklist(self.subject, leaf.text):
                    self.values.check(text, scope, source=document.source)

    def _known(self, step: Any, result: Record, condition: Expr | None) -> Known:
        """What the step has given, once the process has gone on."""
        line, always = self._line(step), (*ALWAYS, *step.certain())
        if goes_on(getattr(step, "on_timeout", None)):
            why = f"when the time of step `{step.id}` runs out, the process goes on (line {line})"
            return Known(result, inner=why, always=always if condition is None else ALWAYS)
        if goes_on(getattr(step, "on_suppressed", None)):
            why = f"when the reader of step `{step.id}` may not be written to, the process goes on (line {line})"
            return Known(result, inner=why, always=always if condition is None else ALWAYS)
        if goes_on(step.on_error):
            why = f"when step `{step.id}` fails, the process goes on (line {line})"
            return Known(result, inner=why, always=always if condition is None else ALWAYS)
        if condition is None:
            return Known(result)
        return Known(result, inner=self._skipped(step), inner_given=where(step.if_))

    def _skipped(self, step: Any) -> str:
        return f"step `{step.id}` runs only if `{step.if_}` (line {self._line(step)})"
