"""What runs after what: steps that never run, rounds that never end, branches in each other's way."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from engine.language.checks.subject import StepLike, Subject
from engine.language.expressions import ExpressionProblem, parse_expression
from engine.language.fields import Condition
from engine.language.nodes import Listing, Place
from engine.language.problems import one_of
from engine.language.tree import Call, Node, children, path

MAIN = ("then", "loop", "item", "choice", "branch")
"""Kinds of block that are the step itself; the others are what happens beside it, or in their place."""


def check(subject: Subject) -> None:
    for block in _blocks(subject):
        _unreachable(subject, block)
    for step in subject.steps:
        for key, checks in OF.items():
            for found in checks if hasattr(step, key) else ():
                found(subject, step)
        if step.type == "undo":
            _undo(subject, step)
    _itself(subject)
    _always_the_same(subject)
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
    tree = _understood(subject, step, "until")
    inside = {s.id for s in _below(step)}
    own = {step.as_, "results"} if hasattr(step, "items") else set()
    if tree is None or not inside or any(_changes(node, inside) or _named(node) in own for node in _all(tree)):
        return
    what = "item" if own else "round"
    note = f"it asks for nothing that the steps inside give, so it is the same after every {what}"
    hint = f"ask for a result of {' or '.join(f'`steps.{name}`' for name in sorted(inside)[:3])}"
    place = subject.document.place(step, "until")
    subject.report("E061", f"`until` of step `{step.id}` never changes", place, note, hint)


def _never_cancelled(subject: Subject, step: Any) -> None:
    """A condition that asks only for what is fixed from the beginning."""
    tree = _understood(subject, step, "cancel_if")
    if tree is None or any(_named(node) in ("steps", "vars") or _changes(node, set()) for node in _all(tree)):
        return
    inputs = [names[1] for node in _all(tree) if (names := path(node) or ()) and names[0] == "inputs" and names[1:]]
    if any(getattr(subject.process.inputs.get(name), "changeable", False) for name in inputs):
        return
    note = "it asks for nothing that can happen while the group is open"
    hint = "ask for a step, a variable, or an input that is `changeable: true`"
    place = subject.document.place(step, "cancel_if")
    subject.report("E061", f"`cancel_if` of step `{step.id}` never changes", place, note, hint)


def _understood(subject: Subject, step: Any, key: str) -> Node | None:
    """A condition in which nothing is wrong; what is, was said."""
    written, place = getattr(step, key), subject.document.place(step, key)
    if any(p.line == place.line and 0 <= p.column - place.column < place.length for p in subject.found):
        return None
    try:
        return parse_expression(written).tree if isinstance(written, str) and written else None
    except ExpressionProblem:
        return None


def _named(node: Node) -> str:
    """The first name of a path."""
    return (path(node) or ("",))[0]


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
    branches = len(step.branches) if hasattr(step, "branches") else None
    if not isinstance(step.wait_for, int) or 1 <= step.wait_for <= (branches or step.wait_for):
        return
    of = f"{step.wait_for} of {branches} branches" if branches else f"{step.wait_for} items"
    hint = f"write a number from 1{f' to {branches}' if branches else ''}, `any` or `all`"
    subject.report("E065", f"step `{step.id}` waits for {of}", subject.document.place(step, "wait_for"), hint=hint)


def _undo(subject: Subject, step: Any) -> None:
    """It must find something to take back."""
    inside = subject.steps
    place = subject.document.place(step, "group")
    if step.group:
        known = {s.id: s for s in subject.steps if any(block.kind in MAIN for block in s.nested())}
        if step.group not in known:
            subject.unknown("E067", "group", step.group, place, tuple(known), "this process")
            return
        inside = (known[step.group], *_below(known[step.group]))
    if not any(getattr(s, "compensate", ()) for s in inside):
        where = f"in `{step.group}`" if step.group else "in this process"
        hint = "add `compensate:` to the steps that can be taken back"
        subject.report(
            "E068", f"step `{step.id}` finds nothing to take back: no step {where} says how", place, "", hint
        )


def _needs(subject: Subject, step: Any, key: str, what: str) -> None:
    """Branches and tasks that wait for each other never begin."""
    parts, written = getattr(step, key), subject.document.node(step, key)
    if isinstance(written, Listing) and len(written.items) != len(parts):
        return  # one of them could not be read
    wanted = {part.id: part.needs for part in parts}
    for n, part in enumerate(parts):
        circle = _circle(wanted, part.id)
        for k, name in enumerate(part.needs):
            place = subject.document.place(step, key, n, "needs", k)
            if name not in wanted:
                known = tuple(other for other in wanted if other != part.id)
                subject.unknown("E066", what, name, place, known, f"step `{step.id}`")
            elif circle[:1] == (name,) and part.id == min(circle, key=list(wanted).index):
                way = " needs ".join(f"`{b}`" for b in (part.id, *circle))
                message = f"the {what} `{part.id}` can never begin"
                subject.report("E063", message, place, way, f"take `{name}` out of its `needs`")


def _circle(wanted: Mapping[str, tuple[str, ...]], branch: str) -> tuple[str, ...]:
    """The way along `needs` from a branch back to itself; empty where there is none."""
    ways, seen = list[tuple[str, ...]]((name,) for name in wanted[branch]), set[str]()
    while ways:
        way = ways.pop(0)
        if way[-1] == branch:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [(*way, name) for name in wanted.get(way[-1], ())]
    return ()


def _itself(subject: Subject) -> None:
    """A step that starts the same process in every case and waits for it: that would never end."""
    for step in _always(subject.process.steps):
        if getattr(step, "process", None) == subject.process.process and step.may_wait_forever():
            note = "each case would wait for another one of itself"
            hint = "give it an `if:`, or `wait: false` if a new case is to begin when this one ends"
            message = f"step `{step.id}` waits for another case of this same process"
            subject.report("E064", message, subject.document.place(step, "process"), note, hint)
        started = {t.event for t in subject.process.triggers if t.type == "event" and t.if_ is None and not t.match}
        if step.type == "emit" and step.event in started:
            note = "the event of each case would start another one, without end"
            hint = "give it an `if:`, or the trigger an `if:` or a `match:`"
            message = f"step `{step.id}` emits the event that starts this same process"
            subject.report("E064", message, subject.document.place(step, "event"), note, hint)


def _always(steps: Sequence[Any]) -> Iterator[Any]:
    """The steps that run in every case, as far as it cannot have ended before."""
    for step in steps:
        inside = (step, *_below(step)) if hasattr(step, "nested") else (step,)
        if any(not hasattr(inner, "nested") or inner.ends_case() for inner in inside):
            return
        if step.if_ is None:
            yield step
            for block in step.nested():
                yield from _always(block.steps) if block.sure else ()


def _always_the_same(subject: Subject) -> None:
    """A condition that asks for nothing."""
    for leaf in subject.leaves():
        if not isinstance(leaf.kind, Condition) or leaf.key in ("until", "cancel_if"):
            continue
        try:
            nodes = list(_all(parse_expression(leaf.text).tree))
        except ExpressionProblem:
            continue
        if not any(path(node) or (isinstance(node, Call) and node.name == "now") for node in nodes):
            note = "it asks for nothing, neither of the inputs nor of a step"
            message = f"this `{leaf.key}` is the same in every case"
            subject.warn("W062", message, leaf.node.place, note, "ask for a value, or take it away")


def _stages(subject: Subject) -> None:
    used = {getattr(step, "stage", None) for step in subject.steps}
    for n, stage in enumerate(subject.process.stages):
        if stage not in used:
            place = subject.document.place(subject.process, "stages", n)
            subject.warn("W020", f"no step moves a case to the stage `{stage}`", place)


def _ids(subject: Subject) -> None:
    """Steps, branches, handlers and tasks of a list share one set of ids: that is how people and links name them."""
    seen: dict[str, int] = {}
    named: list[tuple[str, Any]] = [(s.id, subject.document.place(s, "id")) for s in subject.document.steps]  # type: ignore[attr-defined]
    for step in subject.steps:
        for key in ("branches", "cases", "handlers", "tasks"):
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


RESERVED = ("error", "timeout", "undo", "else", "none", "steps", "handlers", "max_times", "suppressed")


def _reserved(subject: Subject, name: str | None, place: Place) -> None:
    """A name that a block has already: two blocks of one step would have the same path."""
    if name in RESERVED:
        note = f"{one_of(RESERVED, 20)} have a meaning of their own"
        subject.report("E026", f"`{name}` cannot be used as `id` here", place, note, f"write `id: {name}_way`")


def _gathered(subject: Subject, step: Any) -> None:
    """A condition of `collect` that no event can change."""
    tree = _understood(subject, step, "collect")
    if tree is None or any(_named(node) in ("events", "vars") or _changes(node, set()) for node in _all(tree)):
        return
    note = "it asks for nothing that an event can change"
    place = subject.document.place(step, "collect")
    hint = "ask for `events`, as in `(events | length) >= 3`"
    subject.report("E061", f"`collect` of step `{step.id}` never changes", place, note, hint)


def _variables(subject: Subject, step: Any) -> None:
    """Names that expressions can read."""
    for name in step.values if step.type == "set" and isinstance(step.values, dict) else ():
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
            table = subject.document.node(step, "values")
            entry = table.entry(name) if table is not None and hasattr(table, "entry") else None
            place = entry.key.place if entry else subject.document.place(step, "values")
            proposed = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "value"
            note = (
                "a variable is small letters, digits and `_`, and begins with a letter, so that expressions can use it"
            )
            subject.report("E026", f"`{name}` cannot be the name of a variable", place, note, f"write `{proposed}:`")


OF = {
    "values": (_variables,),
    "collect": (_gathered,),
    "max_times": (_endless,),
    "items": (_endless, _need),
    "branches": (_need, partial(_needs, key="branches", what="branch")),
    "tasks": (partial(_needs, key="tasks", what="task"),),
    "cancel_if": (_never_cancelled,),
}
"""What is asked of the steps that have this field."""
