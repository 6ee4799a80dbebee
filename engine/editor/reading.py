"""What an expression that is being typed may go on with: names with their types, filters, functions, words."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.language.expressions import parse_expression
from engine.language.filters import FILTERS, FUNCTIONS, Function
from engine.language.inference import infer
from engine.language.kinds import FIELDS, describe
from engine.language.syntax import ExpressionProblem
from engine.language.types import Choice, Field, ListOf, Record, Type

_PATH = re.compile(r"(?P<of>[A-Za-z_]\w*(?:\.\w+|\[[^\[\]]*\])*)\.(?P<typed>\w*)$")
_COMPARED = re.compile(r"(?P<of>[A-Za-z_][\w.]*)\s*(?:==|!=)\s*(?P<quote>[\"']?)(?P<typed>[\w ]*)$")
_FILTER = re.compile(r"\|\s*(?P<typed>\w*)$")
_TEST = re.compile(r"\bis\s+(?:not\s+)?(?P<typed>\w*)$")
_NAME = re.compile(r"(?:^|[^\w.\"'])(?P<typed>[A-Za-z_]\w*)?$")
WORDS = ("and", "or", "not", "in", "is defined", "true", "false")


@dataclass(frozen=True)
class Readable:
    """`typed` characters before the cursor are replaced by `insert`."""

    name: str
    kind: str
    insert: str
    typed: int
    detail: str = ""
    text: str = ""
    snippet: bool = False


def expression_at(written: str, bare: bool) -> str | None:
    """The expression that is being typed at the end of a text; None outside of one."""
    opening = max(written.rfind("${"), written.rfind("{%"))
    if opening >= 0 and "}" not in written[opening + 2 :]:
        return re.sub(r"^\s*(if|elif|for\s+\w+\s+in|set\s+\w+\s*=)\s", "", written[opening + 2 :].lstrip("-+"))
    return written.lstrip("'\"") if bare and not written.rstrip().endswith("}") else None


def readable(written: str, scope: Record) -> list[Readable]:
    """What may come next."""
    if match := _COMPARED.search(written):
        words = list(_choices(match, scope))
        if words or match["quote"]:
            return words
    if written.count('"') % 2 or written.count("'") % 2:
        return []
    if match := _FILTER.search(written):
        return [_function(name, f, match["typed"]) for name, f in FILTERS.items()]
    if match := _TEST.search(written):
        return [Readable("defined", "word", "defined", len(match["typed"]), "it is there")]
    if match := _PATH.search(written):
        return [_field(name, field, match["typed"]) for name, field in fields_of(type_of(match["of"], scope)).items()]
    match = _NAME.search(written)
    return _start(match["typed"] or "", scope) if match else []


def type_of(written: str, scope: Record) -> Type | None:
    """The type of an expression; None where it cannot be read or is not known."""
    try:
        tree = parse_expression(written)
    except ExpressionProblem:
        return None
    found = infer(tree, scope, [])
    return None if found.name == "any" else found


def fields_of(type_: Type | None) -> Mapping[str, Field]:
    if isinstance(type_, Record):
        return type_.fields
    return FIELDS.get(type_.name, {}) if type_ is not None else {}


def tell(type_: Type) -> str:
    """A type in a few words."""
    if isinstance(type_, ListOf):
        return f"a list, each {describe(type_.item)}" if type_.item.name != "any" else "a list"
    return describe(type_)


def signature(name: str, function: Function, parameters: int = 0) -> str:
    """`round([places])`, without the first of its parameters where that stands before the `|`."""
    given = ", ".join(f"[{p.name}]" if p.optional else p.name for p in function.parameters[parameters:])
    return f"{name}({given})" if given or not parameters else name


def _start(typed: str, scope: Record) -> list[Readable]:
    names = [_field(name, field, typed) for name, field in scope.fields.items()]
    functions = [_function(name, f, typed, plain=True) for name, f in FUNCTIONS.items()]
    return [*names, *functions, *(Readable(word, "word", word, len(typed)) for word in WORDS)]


def _field(name: str, field: Field, typed: str) -> Readable:
    may = f"\n\nMay be missing: {field.maybe}." if field.maybe else ""
    detail = tell(field.type) + (", may be missing" if field.maybe else "")
    return Readable(name, "value", name, len(typed), detail, f"`{name}`: {tell(field.type)}{may}")


def _function(name: str, function: Function, typed: str, plain: bool = False) -> Readable:
    said = inspect.getdoc(function.apply) or ""
    needs = any(not p.optional for p in function.parameters[0 if plain else 1 :])
    insert = f"{name}($1)" if needs or plain else name
    return Readable(name, "function", insert, len(typed), signature(name, function, not plain), said, snippet=True)


def _choices(match: re.Match[str], scope: Record) -> Iterator[Readable]:
    """The words that a choice can be, with their quotes where none is open."""
    found = type_of(match["of"], scope)
    for word in found.values if isinstance(found, Choice) else ():
        insert = word if match["quote"] else f'"{word}"'
        yield Readable(word, "word", insert, len(match["typed"]), f"`{match['of']}` can be this")
