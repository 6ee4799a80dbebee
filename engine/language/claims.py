"""Expressions in plain words: what a condition claims, and what a value is."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from engine.language import tree
from engine.language.calling import listed, step_called, words
from engine.language.values import display_decimal

_RELATIONS = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least",
    "in": "is one of", "not in": "is none of",
}  # fmt: skip
_INVISIBLE = ("default", "d", "trim", "date", "datetime", "money", "round", "lower", "upper")
_OF = {"length": "the number of", "count": "the number of", "first": "the first of", "last": "the last of",
       "sum": "the sum of", "min": "the lowest of", "max": "the highest of"}  # fmt: skip
_CARRIERS = ("answers", "result", "event", "outputs", "amount", "results", "values")
_PARTS = ("file", "outcome", "status", "at", "answers", "signers", "reason", "comment", "results", "event", "count")


def claim(node: tree.Node) -> str:
    """The rest of a sentence that begins with `if` or `until`."""
    match node:
        case tree.Logic():
            return f"{_inner(node, node.left)} {node.op} {_inner(node, node.right)}"
        case tree.Unary(op="not"):
            return _not(node.operand)
        case tree.Comparison():
            return _comparison(node)
        case tree.Tested():
            return f"{value(node.operand)} is {words(node.name)}"
        case tree.Constant(value=bool()):
            return "always" if node.value else "never"
    return f"{value(node)} is yes"


def _inner(outer: tree.Logic, inner: tree.Node) -> str:
    said = claim(inner)
    return f"({said})" if isinstance(inner, tree.Logic) and inner.op != outer.op else said


def _not(node: tree.Node) -> str:
    said = claim(node)
    if isinstance(node, tree.Comparison | tree.Logic):
        return f"it is not so that {said}"
    return said.removesuffix("is yes") + "is no" if said.endswith(" is yes") else f"not {said}"


def _comparison(node: tree.Comparison) -> str:
    left, parts = node.first, []
    for op, right in node.rest:
        parts.append(_compared(left, op, right))
        left = right
    return " and ".join(parts)


def _compared(left: tree.Node, op: str, right: tree.Node) -> str:
    step, status = _outcome_of(left), _status_of(left, right)
    if status and op in ("==", "!="):
        return status if op == "==" else f"it is not so that {status}"
    if step and op in ("==", "!="):
        missing = " or was left out" if op == "==" and _default_of(left) == right else ""
        return f"{step_called(step)} {'ended' if op == '==' else 'did not end'} with {value(right)}{missing}"
    if op in ("in", "not in") and isinstance(left, tree.Constant) and not isinstance(right, tree.Items):
        return f"{value(right)} {'contains' if op == 'in' else 'does not contain'} {value(left)}"
    if isinstance(right, tree.Constant) and right.value == "" and op in ("==", "!="):
        return f"{value(left)} is {'left empty' if op == '==' else 'filled in'}"
    return f"{value(left)} {_RELATIONS[op]} {value(right)}"


def _outcome_of(node: tree.Node) -> str:
    """The step whose outcome this is."""
    while isinstance(node, tree.Filtered) and node.name in _INVISIBLE:
        node = node.operand
    match tree.path(node):
        case ("steps", step, "outcome"):
            return step
    return ""


_STATES = {"done": "{} is done", "skipped": "{} was left out", "timed_out": "time ran out in {}",
           "suppressed": "the mail of {} may not be sent",
           "failed": "{} failed", "cancelled": "{} was cancelled"}  # fmt: skip


def _status_of(node: tree.Node, other: tree.Node) -> str:
    """`steps.x.status == "done"` in words."""
    path = tree.path(node)
    if path is None or len(path) != 3 or path[::2] != ("steps", "status") or not isinstance(other, tree.Constant):
        return ""
    return _STATES.get(str(other.value), "").format(step_called(path[1]))


def _default_of(node: tree.Node) -> tree.Node | None:
    """What stands for a value that may be missing."""
    if isinstance(node, tree.Filtered) and node.name == "default" and node.arguments.plain:
        return node.arguments.plain[0]
    return None


def value(node: tree.Node) -> str:
    """The thing that it is: `the deal value`."""
    found = tree.path(node)
    if found:
        return _path(found)
    say = _SAYERS.get(type(node))
    return say(node) if say else claim(node)


def _path(path: tuple[str, ...]) -> str:
    match path:
        case ("inputs" | "vars", *rest):
            return f"the {_leaf(rest)}"
        case ("steps", step):
            return step_called(step)
        case ("steps", step, "by"):
            return f"whoever did {step_called(step)}"
        case ("steps", step, "at"):
            return f"the end of {step_called(step)}"
        case ("steps", step, *rest):
            leaf = _leaf(rest)
            return f"the {leaf} of {step_called(step)}" if leaf in _PARTS else f"“{leaf}” in {step_called(step)}"
        case (owner, *rest) if rest:
            return f"the {words(owner)}'s {_leaf(rest)}"
    return f"the {words(path[0])}"


def _leaf(path: Iterable[str]) -> str:
    names = [name for name in path if name not in _CARRIERS] or list(path)[-1:]
    return words(" ".join(names))


def _constant(node: Any) -> str:
    found = node.value
    if isinstance(found, str):
        return f"“{words(found)}”" if re.fullmatch(r"\w+", found) else f"“{found}”"
    if isinstance(found, bool):
        return "yes" if found else "no"
    if found is None:
        return "nothing"
    return f"{found:,}" if isinstance(found, int) else display_decimal(Decimal(found))


def _filtered(node: Any) -> str:
    inner = value(node.operand)
    if node.name in _INVISIBLE:
        return inner
    return f"{_OF[node.name]} {inner}" if node.name in _OF else f"{inner} ({words(node.name)})"


def _call(node: Any) -> str:
    if node.name == "now":
        return "now"
    return f"the {words(node.name)} {listed(value(a) for a in node.arguments.plain)}".removesuffix(" nobody")


_SAYERS: dict[type, Callable[[Any], str]] = {
    tree.Constant: _constant,
    tree.Filtered: _filtered,
    tree.Call: _call,
    tree.Items: lambda node: listed((value(i) for i in node.items), "or"),
    tree.Arithmetic: lambda node: f"{value(node.left)} {node.op} {value(node.right)}",
    tree.Joined: lambda node: " ".join(value(p) for p in node.parts),
    tree.Either: lambda node: f"{value(node.yes)} (or, unless {claim(node.test)}, {value(node.no)})",
    tree.Item: lambda node: f"{value(node.key)} of {value(node.of)}",
}
