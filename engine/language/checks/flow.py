"""What runs after what: steps that never run, rounds that never end, branches in each other's way."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.language.checks.subject import StepLike, Subject
from engine.language.expressions import ExpressionProblem, parse_expression
from engine.language.nodes import Place
from engine.language.problems import one_of
from engine.language.tree import Call, Node, children, path


def check(subject: Subject) -> None:
    for block in _blocks(subject):
        _unreachable(subject, block)
    for step in subject.steps:
        if hasattr(step, "max_times"):
            _endless(subject, step)
        if hasattr(step, "branches"):
            _need(subject, step)
            _two_writers(subject, step)
        if hasattr(step, "rules"):
            _no_rule(subject, step)
    _itself(subject)
    _stages(subject)
    _ids(subject)


def _blocks(subject: Subject) -> Iterator[Sequence[StepLike]]:
    yield subject.process.steps
    for handler in subject.process.handlers:
        yield handler.steps
    for step in subject.steps:
        yield from (block.steps for block in step.nested())


def ends(step: Any) -> bool:
    """Whether nothing after this step can run."""
    if not hasattr(step, "nested") or step.if_ is not None:
        return False
    ways = [b for b in step.nested() if b.kind == "choice"]
    everywhere = any(b.if_ is None for b in ways) and all(ends_in_stop(b.steps) for b in ways)
    return step.ends_case() or everywhere or any(b.sure and ends_in_stop(b.steps) for b in step.nested())


def ends_in_stop(steps: Sequence[Any]) -> bool:
    return any(ends(step) for step in steps)


def _unreachable(subject: Subject, steps: Sequence[StepLike]) -> None:
    for n, step in enumerate(steps[:-1]):
        if ends(step):
            following = steps[n + 1]
            line = subject.document.place(step).line  # type: ignore[arg-type]
            note = f"step `{step.id}` (line {line}) always ends the case"
            place = subject.document.place(following)  # type: ignore[arg-type]
            hint = f"give `{step.id}` an `if:`, or take what follows away"
            subject.report("E060", f"step `{following.id}` can never run", place, note, hint)
            return


def _endless(subject: Subject, step: Any) -> None:
    try:
        tree = parse_expression(step.until).tree if isinstance(step.until, str) and step.until else None
    except ExpressionProblem:
        return
    inside = {s.id for s in _below(step)}
    if tree is None or not inside or any(_changes(node, inside) for node in _all(tree)):
        return
    note = "it asks for nothing that the steps inside give, so it is the same after every round"
    hint = f"ask for a result of {' or '.join(f'`steps.{name}`' for name in sorted(inside)[:3])}"
    place = subject.document.place(step, "until")
    subject.report("E061", f"`until` of step `{step.id}` never changes", place, note, hint)


def _changes(node: Node, inside: set[str]) -> bool:
    if isinstance(node, Call):
        return node.name == "now"
    names = path(node) or ("",)
    return names[0] == "vars" or (names[0] == "steps" and (len(names) == 1 or names[1] in inside))


def _all(tree: Node) -> Iterator[Node]:
    """The nodes of an expression; a path of names is one of them."""
    yield tree
    for child in () if path(tree) else children(tree):
        yield from _all(child)


def _below(step: Any) -> Iterator[StepLike]:
    for block in step.nested():
        for inner in block.steps:
            yield inner
            yield from _below(inner) if hasattr(inner, "nested") else ()


def _need(subject: Subject, step: Any) -> None:
    branches = len(step.branches)
    if isinstance(step.wait_for, int) and not 1 <= step.wait_for <= branches:
        message = f"step `{step.id}` waits for {step.wait_for} of {branches} branches"
        hint = f"write a number from 1 to {branches}, `any` or `all`"
        subject.report("E065", message, subject.document.place(step, "wait_for"), hint=hint)


def _two_writers(subject: Subject, step: Any) -> None:
    """Two branches that move the case to a stage: the slower one wins, and nobody knows which that is."""
    first: tuple[str, int] | None = None
    for branch in step.branches:
        staged = next((s for s in _branch_steps(branch) if getattr(s, "stage", None)), None)
        if staged is None:
            continue
        place = subject.document.place(staged, "stage")
        if first is not None:
            note = f"the branch `{first[0]}` sets one too (line {first[1]}); both run at the same time"
            message = f"the branch `{branch.id}` sets the stage, and so does another branch"
            hint = f"put `stage:` at step `{step.id}`, before the branches"
            subject.report("E062", message, place, note, hint)
        first = first or (branch.id, place.line)


def _branch_steps(branch: Any) -> Iterator[Any]:
    for step in branch.steps:
        yield step
        yield from _below(step) if hasattr(step, "nested") else ()


def _itself(subject: Subject) -> None:
    """A step that starts the same process in every case and waits for it: that would never end."""
    for step in _always(subject.process.steps):
        if getattr(step, "process", None) == subject.process.process and step.may_wait_forever():
            note = "each case would wait for another one of itself"
            hint = "give it an `if:`, or `wait: false` if a new case is to begin when this one ends"
            message = f"step `{step.id}` waits for another case of this same process"
            subject.report("E064", message, subject.document.place(step, "process"), note, hint)


def _always(steps: Sequence[Any]) -> Iterator[Any]:
    """The steps that run in every case, as far as it cannot have ended before."""
    for step in steps:
        if not hasattr(step, "nested") or any(inner.ends_case() for inner in (step, *_below(step))):
            return
        if step.if_ is None:
            yield step
            for block in step.nested():
                yield from _always(block.steps) if block.sure else ()


def _no_rule(subject: Subject, step: Any) -> None:
    if step.else_ is None and subject.document.node(step, "else") is None:
        note = "when no rule holds, it opens an incident"
        message = f"the decision `{step.id}` does not say what holds otherwise"
        subject.warn("W061", message, subject.document.place(step), note, "add `else:`")


def _stages(subject: Subject) -> None:
    used = {getattr(step, "stage", None) for step in subject.steps}
    for n, stage in enumerate(subject.process.stages):
        if stage not in used:
            place = subject.document.place(subject.process, "stages", n)
            subject.warn("W020", f"no step moves a case to the stage `{stage}`", place)


def _ids(subject: Subject) -> None:
    """Steps, branches and handlers share one set of ids: that is how people and links name them."""
    seen: dict[str, int] = {}
    named: list[tuple[str, Any]] = [(s.id, subject.document.place(s, "id")) for s in subject.document.steps]  # type: ignore[attr-defined]
    for step in subject.steps:
        for key in ("branches", "cases", "handlers"):
            for n, part in enumerate(getattr(step, key, ())):
                place = subject.document.place(step, key, n, "id")  # type: ignore[arg-type]
                named.append((part.id or "", place))
                _reserved(subject, part.id, place)
    for n, handler in enumerate(subject.process.handlers):
        named.append((handler.id, subject.document.place(subject.process, "handlers", n, "id")))
    for name, place in sorted(named, key=lambda pair: (pair[1].line, pair[1].column)):
        if name and name in seen:
            subject.report("E027", f"the id `{name}` is used twice", place, f"`{name}` is already on line {seen[name]}")
        seen.setdefault(name, place.line)


RESERVED = ("error", "timeout", "undo", "else", "none", "steps", "handlers", "max_times")


def _reserved(subject: Subject, name: str | None, place: Place) -> None:
    """A name that a block has already: two blocks of one step would have the same path."""
    if name in RESERVED:
        note = f"{one_of(RESERVED, 20)} have a meaning of their own"
        subject.report("E026", f"`{name}` cannot be used as `id` here", place, note, f"write `id: {name}_way`")
