"""Every expression of a process, against what is known where it stands.

Walks the steps in the order they run and keeps what each has given so far. A name that may be
missing must be read with `default`, or under an `if` that makes sure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.language import given
from engine.language.checks import files
from engine.language.checks.flow import ends_in_stop
from engine.language.checks.names import Known, Steps
from engine.language.checks.subject import Look, Subject
from engine.language.checks.values import Values
from engine.language.document import Leaf, UnknownStep
from engine.language.expressions import Expr, ExpressionProblem, parse_expression
from engine.language.fields import Condition, Reference
from engine.language.narrowing import conjuncts, narrow
from engine.language.process import Process
from engine.language.resources import Connection
from engine.language.tree import Node
from engine.language.types import TEXT, Field, Record, Type, record

ERROR = record(code=TEXT, message=TEXT, step=TEXT)


@dataclass(frozen=True)
class Standing:
    """Where a step stands: the conditions that hold there, and names that exist only there."""

    assumed: tuple[Node, ...] = ()
    conditions: tuple[tuple[Expr, bool], ...] = ()
    names: Mapping[str, Field] = field(default_factory=dict)

    def where(self, condition: Expr | None) -> "Standing":
        if condition is None:
            return self
        assumed = (*self.assumed, *conjuncts(condition))
        return replace(self, assumed=assumed, conditions=(*self.conditions, (condition, True)))

    def unless(self, condition: Expr | None) -> "Standing":
        return self if condition is None else replace(self, conditions=(*self.conditions, (condition, False)))

    def knowing(self, **names: Type) -> "Standing":
        return replace(self, names={**self.names, **{name: Field(type_) for name, type_ in names.items()}})


def check(subject: Subject) -> None:
    Walk(subject, Values(subject), Children(subject)).process()


class Walk:
    """One walk through a process; `known` is what `steps` has where the walk stands."""

    def __init__(self, subject: Subject, values: Values, children: Mapping[str, Record]) -> None:
        self.subject = subject
        self.values = values
        self.children = children
        self.known: dict[str, Known] = {}
        base = {"inputs": given.inputs(subject.process.inputs), "vars": Record(), "case": files.CASE}
        self.base = {name: Field(type_) for name, type_ in base.items()}

    def process(self) -> Record:
        """Check everything; the types of the outputs."""
        process = self.subject.process
        for handler in process.handlers:
            self._declare(handler.steps, f"it runs only when the handler `{handler.id}` does")
        self._starts(process)
        self._block(process.steps, Standing())
        outputs = self._outputs()
        self._handlers(process)
        return outputs

    def scope(self, standing: Standing) -> Record:
        steps = Record(fields=Steps(self.known, standing.assumed))
        found = Record(fields={**self.base, "steps": Field(steps), **standing.names})
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
            scope = Record(fields={"event": Field(self._event(trigger))})
            for leaf in self._leaves("triggers", n):
                wanted = process.inputs.get(str(leaf.path[-1])) if leaf.path[2] == "inputs" else None
                self.values.check(leaf, scope, wanted.type if wanted else None)
        for leaf in self._leaves("concurrency"):
            self.values.check(leaf, Record(fields={"inputs": self.base["inputs"]}))

    def _event(self, told: Any) -> Record:
        """What an event of a trigger, a handler or a wait carries."""
        if told.type == "webhook":
            connection: Connection | None = self.subject.connections.get(told.connection or "")
            return given.webhook(connection, told.event)
        if told.type == "form":
            return record(answers=given.answers(self.subject.resources.forms.get(told.form or "")))
        return given.inputs(told.inputs) if told.type == "manual" and hasattr(told, "match") else given.OPEN

    def _outputs(self) -> Record:
        scope, fields = self.scope(Standing()), {}
        early = "it has steps that end it early" if any(s.ends_case() for s in self.subject.steps) else ""
        for leaf in self._leaves("outputs"):
            type_ = self.values.check(leaf, scope)
            if len(leaf.path) == 2:
                fields[str(leaf.path[1])] = Field(type_, early)
        return Record(fields=fields)

    def _handlers(self, process: Process) -> None:
        done = dict(self.known)
        for n, handler in enumerate(process.handlers):
            self.known = {name: k.under("it may not be done yet when this happens", None) for name, k in done.items()}
            for leaf in self._leaves("handlers", n):
                self.values.check(leaf, self.scope(Standing()))
            if handler.when is not None:
                self._block(handler.steps, Standing().knowing(event=self._event(handler.when)))
        self.known = done

    # -- steps --------------------------------------------------------------------

    def _block(self, steps: Sequence[Any], standing: Standing) -> None:
        for step in steps:
            if isinstance(step, UnknownStep):
                self.known[step.id] = Known(given.OPEN)
                continue
            condition = self._step(step, standing)
            if step.ends_case():
                standing = standing.unless(condition)

    def _step(self, step: Any, outside: Standing) -> Expr | None:
        condition = self._condition(step, outside)
        standing = outside.where(condition)
        scope = self.scope(standing)
        types = self._texts(step, scope)
        self._templates(step, scope, types)
        result = step.result(Look(self.subject.resources, self.children, lambda w: self.values.type_of(w, scope)))
        before = set(self.known)
        self._inside(step, standing)
        inside = [name for name in self.known if name not in before or name in self._ids(step)]
        if condition is not None:
            self._under(inside, self._skipped(step), tuple(conjuncts(condition)))
        self.known[step.id] = self._known(step, result, condition)
        return condition

    def _line(self, step: Any) -> int:
        return self.subject.document.place(step).line

    def _condition(self, step: Any, standing: Standing) -> Expr | None:
        leaf = self.subject.document.leaf(step, "if")
        if leaf is None:
            return None
        self.values.check(leaf, self.scope(standing))
        return _parsed(leaf.text)

    def _texts(self, step: Any, scope: Record) -> dict[tuple[str | int, ...], Type]:
        """Check the step's own texts; the types of those that give a value."""
        wanted = self.subject.inputs_of(getattr(step, "process", "")) if hasattr(step, "process") else None
        types = {}
        for leaf in self.subject.document.leaves.get(id(step), ()):
            if leaf.path == ("if",) or (leaf.path == ("until",) and isinstance(leaf.kind, Condition)):
                continue
            spec = (wanted or {}).get(str(leaf.path[-1])) if leaf.path[0] == "inputs" else None
            types[leaf.path] = self.values.check(leaf, scope, spec.type if spec else None)
        return types

    def _templates(self, step: Any, scope: Record, types: Mapping[tuple[str | int, ...], Type]) -> None:
        named = [leaf for leaf in self.subject.document.leaves.get(id(step), ()) if isinstance(leaf.kind, Reference)]
        user = f"step `{step.id}` ({self.subject.document.source.name}:{self._line(step)})"
        for name in (*(leaf.text for leaf in named if leaf.kind.kind == "emails"), *step.mails()):
            files.mail(self.subject, name, scope, user)
        for leaf in named:
            if leaf.kind.kind == "documents":
                fields = {str(p[1]): t for p, t in types.items() if p[0] == "fields" and len(p) == 2}
                files.document(self.subject, step, fields)
            elif leaf.kind.kind == "checklists":
                for document, text in files.checklist(self.subject, leaf.text):
                    self.values.check(text, scope, source=document.source)

    # -- blocks -------------------------------------------------------------------

    def _inside(self, step: Any, standing: Standing) -> None:
        if hasattr(step, "branches"):
            self._beside(step, standing)
            return
        for block in step.nested():
            if block.sure:
                self._declare(block.steps, f"it comes later in `{step.id}`, so it is missing in the first round")
            self._block(block.steps, standing.knowing(error=ERROR) if block.name == "error" else standing)
            if not block.sure:
                self._under(_ids(block.steps), _why(step, block.name), None)
        until = self.subject.document.leaf(step, "until")
        if until is not None and isinstance(until.kind, Condition):
            self.values.check(until, self.scope(standing))

    def _beside(self, step: Any, standing: Standing) -> None:
        """Branches: each sees the others' steps as perhaps not done."""
        conditions = {b.id: b.if_ for b in step.branches}
        finished: dict[str, Known] = {}
        for block in step.nested():
            self._declare(block.steps, f"it runs at the same time, in the branch `{block.name}`")
        for block in step.nested():
            beside = {name: self.known[name] for name in _ids(block.steps)}
            condition = _parsed(conditions.get(block.name))
            names = {"error": ERROR} if block.name == "error" else {}
            self._block(block.steps, standing.where(condition).knowing(**names))
            if not block.sure:
                given_ = tuple(conjuncts(condition)) if condition and step.wait_for == "all" else None
                self._under(_ids(block.steps), _why(step, block.name, conditions.get(block.name)), given_)
            finished |= {name: self.known[name] for name in _ids(block.steps)}
            self.known |= beside
        self.known |= finished

    def _declare(self, steps: Sequence[Any], why: str) -> None:
        """Steps that exist, but have not run yet where the walk stands."""
        look = Look(self.subject.resources, self.children, lambda written: self.values.type_of(written, given.OPEN))
        for step in steps:
            result = given.OPEN if isinstance(step, UnknownStep) else step.result(look)
            self.known[step.id] = Known(result, why)
            for block in () if isinstance(step, UnknownStep) else step.nested():
                self._declare(block.steps, why)

    def _under(self, names: Iterable[str], why: str, conditions: tuple[Node, ...] | None) -> None:
        for name in names:
            self.known[name] = self.known[name].under(why, conditions)

    def _ids(self, step: Any) -> set[str]:
        return {name for block in step.nested() for name in _ids(block.steps)}

    def _known(self, step: Any, result: Record, condition: Expr | None) -> Known:
        """What the step has given, once the process has gone on."""
        line = self._line(step)
        if _goes_on(getattr(step, "on_timeout", None)):
            why = f"when the time of step `{step.id}` runs out, the process goes on (line {line})"
            return Known(result, inner=why)
        if _goes_on(step.on_error):
            return Known(result, inner=f"when step `{step.id}` fails, the process goes on (line {line})")
        if condition is None:
            return Known(result)
        return Known(result, inner=self._skipped(step), inner_given=tuple(conjuncts(condition)))

    def _skipped(self, step: Any) -> str:
        return f"step `{step.id}` runs only if `{step.if_}` (line {self._line(step)})"


def _goes_on(policy: Any) -> bool:
    """Whether the process goes on after a failure or the end of the time."""
    return policy == "continue" or (isinstance(policy, tuple) and not ends_in_stop(policy))


def _ids(steps: Sequence[Any]) -> Iterator[str]:
    for step in steps:
        yield step.id
        for block in () if isinstance(step, UnknownStep) else step.nested():
            yield from _ids(block.steps)


def _parsed(text: str | None) -> Expr | None:
    """The condition, if it can be read; if not, that was said where it stands."""
    try:
        return parse_expression(text) if text else None
    except ExpressionProblem:
        return None


def _why(step: Any, block: str, condition: str | None = None) -> str:
    if condition:
        return f"the branch `{block}` runs only if `{condition}`"
    if block == "timeout":
        return f"it runs only when the time of step `{step.id}` runs out"
    if block == "error":
        return f"it runs only when step `{step.id}` fails"
    if block == "max_times":
        return f"it runs only when `until` of step `{step.id}` never held"
    if block.startswith("escalate"):
        return f"it runs only when step `{step.id}` is escalated"
    return f"step `{step.id}` does not wait for all of its branches"


class Children(Mapping[str, Record]):
    """Types of the outputs of other processes, worked out when somebody asks for them."""

    def __init__(self, subject: Subject, above: tuple[str, ...] = ()) -> None:
        self.subject = subject
        self.above = (*above, subject.process.process)
        self.found: dict[str, Record] = {}

    def __getitem__(self, name: str) -> Record:
        if name not in self.found:
            self.found[name] = self._outputs(name)
        return self.found[name]

    def _outputs(self, name: str) -> Record:
        loaded = self.subject.library.get("processes", name)
        if loaded is None or not isinstance(loaded.root, Process) or name in self.above:
            return given.OPEN
        child = Subject(loaded, self.subject.library)
        return Walk(child, Values(child), Children(child, self.above)).process()

    def __iter__(self) -> Iterator[str]:
        return iter(self.subject.library.names("processes"))

    def __len__(self) -> int:
        return len(self.subject.library.names("processes"))
