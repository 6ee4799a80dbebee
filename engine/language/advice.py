"""The way out of a wrong expression: what was probably meant, as text that can be pasted."""

from collections.abc import Iterable

from engine.language.kinds import kind_of, names_in
from engine.language.problems import suggest
from engine.language.tree import Node, path
from engine.language.types import Choice, Record, Type

_CONVERSIONS = {
    ("money", "number"): "compare its amount: `{}.amount`",
    ("datetime", "date"): "compare its day: `({} | date)`",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    near = suggest(word, known)
    return f"did you mean `{near}`?" if near else ""


def longer_name(name: str, scope: Record) -> str:
    """Where a bare name can be found: `inputs.company` for `company`."""
    for owner, field in scope.fields.items():
        if name in names_in(field.type):
            return f"did you mean `{owner}.{name}`?"
    return ""


def fallback(type_: Type) -> str:
    """A value of the type, as it is written."""
    if isinstance(type_, Choice) and type_.values:
        return f'"{type_.values[0]}"'
    return {"number": "0", "boolean": "false", "text": '""', "list": "[]"}.get(kind_of(type_), "...")


def neutral(type_: Type) -> str:
    """A value to read where there is none. Of several words it is none: pasted as it is, it must not decide."""
    if isinstance(type_, Choice):
        return next(f'"{word}"' for word in ("none", "nothing", "missing", "") if word not in type_.values)
    return fallback(type_)


def comparison_of(node: Node, type_: Type) -> str:
    """Yes or no, made of a value that is neither."""
    return f"compare it with something: `{written(node)} == {fallback(type_)}`"


def conversion(node: Node, type_: Type, other: Type) -> str:
    """How to make a value comparable with another kind; empty where there is no way."""
    return _CONVERSIONS.get((kind_of(type_), kind_of(other)), "").format(written(node))


def written(node: Node) -> str:
    return ".".join(path(node) or ("...",))
