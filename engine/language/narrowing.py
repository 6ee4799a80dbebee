"""What a condition that holds says about the names in it: `x is defined` and its relatives."""

from dataclasses import replace
from functools import lru_cache

from engine.language.expressions import Expr
from engine.language.tree import Call, Comparison, Constant, Filtered, Items, Logic, Node, Tested, Unary, children, path
from engine.language.types import Field, Record

Path = tuple[str, ...]
WHOLE = "*"  # stands for all fields of the record


def narrow(condition: Expr, scope: Record, holds: bool = True) -> Record:
    """The scope where the condition is known to hold (or not): what it asks for is no longer missing."""
    return narrowed(condition.tree, scope, holds)


def narrowed(condition: Node, scope: Record, holds: bool) -> Record:
    for names in sorted(present(condition, holds)):
        scope = _sure(scope, names)
    return scope


def conjuncts(condition: Expr) -> frozenset[Node]:
    """The conditions that all hold when this one does; equal ones are equal wherever they are written."""
    return frozenset(_parts(condition.tree))


@lru_cache(maxsize=4096)
def asked(node: Node) -> frozenset[Path]:
    """What an expression reads, each by its first two names; the clock is `now`."""
    names = path(node)
    if names is not None:
        return frozenset({names[:2]})
    clock = frozenset({("now",)}) if isinstance(node, Call) and node.name == "now" else frozenset()
    return clock.union(*(asked(child) for child in children(node)))


def _parts(node: Node) -> list[Node]:
    if isinstance(node, Logic) and node.op == "and":
        return [*_parts(node.left), *_parts(node.right)]
    return [node]


def present(condition: Node, holds: bool) -> frozenset[Path]:
    """The paths that are there for certain when the condition is true (`holds`) or false."""
    if isinstance(condition, Unary) and condition.op == "not":
        return present(condition.operand, not holds)
    if isinstance(condition, Logic):
        left, right = present(condition.left, holds), present(condition.right, holds)
        return left | right if (condition.op == "and") is holds else left & right
    if isinstance(condition, Tested):
        return _asked(condition) if (condition.name == "defined") is holds else frozenset()
    if isinstance(condition, Comparison):
        return _compared(condition, holds)
    if isinstance(condition, Filtered):
        return _beyond_default(condition, condition_value=holds)
    return frozenset()


def _asked(condition: Tested | Comparison) -> frozenset[Path]:
    """What a test asks about; and what a comparison reads, which would have failed without it."""
    names = path(condition.operand if isinstance(condition, Tested) else condition.first)
    return frozenset() if names is None else frozenset({names})


def _compared(condition: Comparison, holds: bool) -> frozenset[Path]:
    """`(x | default("a")) == "b"`: the fallback would not have passed, so x was there."""
    if len(condition.rest) != 1:
        return frozenset()
    (op, operand), *_ = condition.rest
    if (op == "==") is holds and _constants(operand) == ["done"] and op in ("==", "!="):
        return _finished(condition.first)
    if (op == "==") is holds and _constants(operand) == ["failed"] and op in ("==", "!="):
        return _failed(condition.first)
    if not isinstance(condition.first, Filtered):
        return _asked(condition)
    names, fallback = _defaulted(condition.first)
    expected = _constants(operand)
    if names is None or expected is None:
        return frozenset()
    passes = (fallback in expected) is (op in ("==", "in"))
    return frozenset({names}) if passes is not holds else frozenset()


def _finished(asked: Node) -> frozenset[Path]:
    """`steps.x.status == "done"`: everything that x gives when it is done is there."""
    names = path(asked)
    if isinstance(asked, Filtered):
        names, fallback = _defaulted(asked)
        names = None if fallback == "done" else names
    return frozenset({(*names[:-1], WHOLE)}) if names is not None and names[-1] == "status" else frozenset()


def _failed(asked: Node) -> frozenset[Path]:
    """`steps.x.status == "failed"`: what went wrong with x is there."""
    names = _defaulted(asked)[0] if isinstance(asked, Filtered) else path(asked)
    ended = names is not None and len(names) == 3 and names[-1] in ("status", "outcome")
    return frozenset({names, (*names[:-1], "error")}) if names and ended else frozenset()


def _beyond_default(condition: Filtered, condition_value: bool) -> frozenset[Path]:
    names, fallback = _defaulted(condition)
    return frozenset({names}) if names is not None and fallback is (not condition_value) else frozenset()


def _defaulted(node: Filtered) -> tuple[Path | None, object]:
    """The path and the fallback of `path | default(constant)`."""
    fallback = node.arguments.plain[0] if node.arguments.plain else None
    if node.name != "default" or not isinstance(fallback, Constant):
        return None, None
    return path(node.operand), fallback.value


def _constants(node: Node) -> list[object] | None:
    if isinstance(node, Constant):
        return [node.value]
    if isinstance(node, Items) and all(isinstance(item, Constant) for item in node.items):
        return [item.value for item in node.items if isinstance(item, Constant)]
    return None


def _sure(record: Record, names: Path) -> Record:
    """The record with nothing on the path missing."""
    if names[0] == WHOLE:
        return record.done or record
    found = record.fields.get(names[0])
    if found is None:
        return record
    inner = _sure(found.type, names[1:]) if isinstance(found.type, Record) and names[1:] else found.type
    return replace(record, fields={**record.fields, names[0]: Field(inner)})
