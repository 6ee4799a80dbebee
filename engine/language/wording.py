"""What is written in a definition, said in plain words: conditions, values, times, people and names."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.language import tree
from engine.language.expressions import Expr, ExpressionProblem, parse_expression, parse_template
from engine.language.time import Phrase, PhraseProblem, parse_phrase
from engine.language.values import display_decimal

_RELATIONS = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least",
    "in": "is one of", "not in": "is none of",
}  # fmt: skip
_CALLED: ContextVar[Mapping[str, Mapping[str, str]]] = ContextVar("called", default=MappingProxyType({}))
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_INVISIBLE = ("default", "d", "trim", "date", "datetime", "money", "round", "lower", "upper")
_OF = {"length": "the number of", "count": "the number of", "first": "the first of", "last": "the last of",
       "sum": "the sum of", "min": "the lowest of", "max": "the highest of"}  # fmt: skip
_CARRIERS = ("answers", "result", "event", "outputs", "amount", "results", "values")
_PARTS = ("file", "outcome", "status", "at", "answers", "signers", "reason", "comment", "results", "event", "count")


def words(name: str) -> str:
    """An id in words: `contract_not_signed` is `contract not signed`."""
    return name.replace("_", " ").replace("-", " ").replace(".", " ").strip()


def named(name: str) -> str:
    """An id as the name of something: `client-welcome` is `“Client welcome”`."""
    return f"“{capital(words(name))}”"


@contextmanager
def calling(
    steps: Mapping[str, str] = {}, people: Mapping[str, str] = {}, connections: Mapping[str, str] = {}
) -> Iterator[None]:
    """In here steps, people, groups and connections with these ids are called so, and not by their ids in words."""
    token = _CALLED.set({"steps": steps, "people": people, "connections": connections})
    try:
        yield
    finally:
        _CALLED.reset(token)


def _called(kind: str, name: str) -> str:
    return _CALLED.get().get(kind, {}).get(name, "")


def _step(step: str) -> str:
    return _called("steps", step) or named(step)


def connection(name: str) -> str:
    """An outside system by its title."""
    return _called("connections", name) or named(name)


def quoted(text: str) -> str:
    """A text of the author's between quotation marks, its values in words."""
    return f"“{spoken(text)}”"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def listed(items: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *most, end = tuple(items) or ("nobody",)
    return f"{', '.join(most)} {last} {end}" if most else end


def spoken(text: Any) -> str:
    """A text with `${ }`, its values named in words: `Phone the contact about the questionnaire`."""
    try:
        pieces = parse_template(str(text)).pieces
    except ExpressionProblem:
        return str(text)
    said = ""
    for piece in pieces:
        value_said = piece if isinstance(piece, str) else _value(piece.tree)
        owned = not isinstance(piece, str) and re.search(r"\b(?:the|a|an|our|your|this)\s+$", said, re.IGNORECASE)
        said += value_said.removeprefix("the ") if owned else value_said
    return said.strip()


def condition(text: str) -> str:
    """A bare expression as the rest of a sentence that begins with `if` or `until`."""
    try:
        return _claim(parse_expression(text).tree)
    except ExpressionProblem:
        return text


def value(text: str) -> str:
    """A bare expression as the thing that it is: `the deal value`."""
    try:
        return _value(parse_expression(text).tree)
    except ExpressionProblem:
        return text


def person(text: str) -> str:
    """Whoever a field names: an address, a user, a group, or a value that gives one of them."""
    said = spoken(text)
    if "${" not in text:
        return said if "@" in said else _called("people", said) or capital(words(said))
    owner = re.sub(r"\s+(?:e-?mail|email address|address)$", "", said)
    if owner in (said, "the") or owner.endswith("'s"):
        return said if owner == said else f"{owner} email address"
    return f"{owner}'s email address"


def group(name: str) -> str:
    return f"somebody from {_called('people', name) or capital(words(name))}"


def shown(written: Any) -> str:
    """A value as written: `“standard”`, `yes`, the value's name."""
    if isinstance(written, bool) or str(written) in ("true", "false"):
        return "yes" if written in (True, "true") else "no"
    if isinstance(written, dict | list | tuple):
        return listed(shown(v) for v in (written.values() if isinstance(written, dict) else written))
    text = str(written)
    return spoken(text) if "${" in text or re.fullmatch(r"[\d.,]+", text) else f"“{words(text)}”"


def number(count: int) -> str:
    """Small numbers in words."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def nth(count: int) -> str:
    known = ("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    return known[count] if count < len(known) else f"{count:,}th"


def times(count: int) -> str:
    return ("never", "once", "twice")[count] if count < 3 else f"{number(count)} times"


def moment(phrase: str) -> str:
    """When a phrase is: `after 2 business days`, `1 day before the start date`, `at the starts at ...`."""
    said = spoken(phrase)
    try:
        parsed = parse_phrase(phrase)
    except (ExpressionProblem, PhraseProblem):
        return f"at {said}"
    if parsed.never:
        return "never"
    if re.search(r"\b(?:before|after)\b", said):
        return said
    return f"after {_spans(parsed) or said}" if parsed.spans else f"at {said}"


def _spans(phrase: Phrase) -> str:
    """`4 hours` for `PT4H`; empty where an amount is an expression or a clock time is said."""
    if phrase.at or any(isinstance(span.amount, Expr) for span in phrase.spans):
        return ""
    return listed(f"{s.amount} {s.unit.removesuffix('s') if s.amount == 1 else s.unit}" for s in phrase.spans)


def within(phrase: str) -> str:
    """By when: `within 2 business days`, `by 1 day before the start date`."""
    when = moment(phrase)
    if when.startswith("after "):
        return f"within {when.removeprefix('after ')}"
    return f"by {when.removeprefix('at ')}"


def length(phrase: str) -> str:
    """How long: `for 30 days`, `until the start`."""
    when = moment(phrase)
    return f"for {when.removeprefix('after ')}" if when.startswith("after ") else f"until {when.removeprefix('at ')}"


# -- expressions --------------------------------------------------------------


def _claim(node: tree.Node) -> str:
    match node:
        case tree.Logic():
            return f"{_inner(node, node.left)} {node.op} {_inner(node, node.right)}"
        case tree.Unary(op="not"):
            return _not(node.operand)
        case tree.Comparison():
            return _comparison(node)
        case tree.Tested():
            return f"{_value(node.operand)} is {words(node.name)}"
        case tree.Constant(value=bool()):
            return "always" if node.value else "never"
    return f"{_value(node)} is yes"


def _inner(outer: tree.Logic, inner: tree.Node) -> str:
    claim = _claim(inner)
    return f"({claim})" if isinstance(inner, tree.Logic) and inner.op != outer.op else claim


def _not(node: tree.Node) -> str:
    claim = _claim(node)
    if isinstance(node, tree.Comparison | tree.Logic):
        return f"it is not so that {claim}"
    return claim.removesuffix("is yes") + "is no" if claim.endswith(" is yes") else f"not {claim}"


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
        return f"{_step(step)} {'ended' if op == '==' else 'did not end'} with {_value(right)}{missing}"
    return f"{_value(left)} {_RELATIONS[op]} {_value(right)}"


def _outcome_of(node: tree.Node) -> str:
    """The step whose outcome this is."""
    while isinstance(node, tree.Filtered) and node.name in _INVISIBLE:
        node = node.operand
    match tree.path(node):
        case ("steps", step, "outcome"):
            return step
    return ""


_STATES = {"done": "{} is done", "skipped": "{} was left out", "timed_out": "time ran out in {}",
           "failed": "{} failed", "cancelled": "{} was cancelled"}  # fmt: skip


def _status_of(node: tree.Node, other: tree.Node) -> str:
    """`steps.x.status == "done"` in words."""
    path = tree.path(node)
    if path is None or len(path) != 3 or path[::2] != ("steps", "status") or not isinstance(other, tree.Constant):
        return ""
    return _STATES.get(str(other.value), "").format(_step(path[1]))


def _default_of(node: tree.Node) -> tree.Node | None:
    """What stands for a value that may be missing."""
    if isinstance(node, tree.Filtered) and node.name == "default" and node.arguments.plain:
        return node.arguments.plain[0]
    return None


def _value(node: tree.Node) -> str:
    found = tree.path(node)
    if found:
        return _path(found)
    say = _SAYERS.get(type(node))
    return say(node) if say else _claim(node)


def _path(path: tuple[str, ...]) -> str:
    match path:
        case ("inputs" | "vars", *rest):
            return f"the {_leaf(rest)}"
        case ("steps", step):
            return _step(step)
        case ("steps", step, "by"):
            return f"whoever did {_step(step)}"
        case ("steps", step, "at"):
            return f"the end of {_step(step)}"
        case ("steps", step, *rest):
            leaf = _leaf(rest)
            return f"the {leaf} of {_step(step)}" if leaf in _PARTS else f"“{leaf}” in {_step(step)}"
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
    inner = _value(node.operand)
    if node.name in _INVISIBLE:
        return inner
    return f"{_OF[node.name]} {inner}" if node.name in _OF else f"{inner} ({words(node.name)})"


def _call(node: Any) -> str:
    if node.name == "now":
        return "now"
    return f"the {words(node.name)} {listed(_value(a) for a in node.arguments.plain)}".removesuffix(" nobody")


_SAYERS: dict[type, Callable[[Any], str]] = {
    tree.Constant: _constant,
    tree.Filtered: _filtered,
    tree.Call: _call,
    tree.Items: lambda node: listed((_value(i) for i in node.items), "or"),
    tree.Arithmetic: lambda node: f"{_value(node.left)} {node.op} {_value(node.right)}",
    tree.Joined: lambda node: " ".join(_value(p) for p in node.parts),
    tree.Either: lambda node: f"{_value(node.yes)} (or, unless {_claim(node.test)}, {_value(node.no)})",
    tree.Item: lambda node: f"{_value(node.key)} of {_value(node.of)}",
}
