"""What an author may write in a field, in words, read from the annotation of the field."""

import types
from collections.abc import Iterable, Iterator
from functools import singledispatch
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from engine.language.fields import (
    Block,
    Condition,
    Expression,
    Identifier,
    Paths,
    Phrase,
    Reference,
    Text,
    Values,
)
from engine.language.model import Model, ValueType

PLAIN = {str: "text as it stands", int: "whole number", bool: "`true` or `false`"}
EXPECTED = {
    "any": "text with `${ }`",
    "text": "text with `${ }`",
    "email": "email address",
    "user": "user",
    "file": "file",
}
PLACES = {
    "users": "user of `people.yaml`",
    "groups": "group of `people.yaml`",
    "connections": "connection of `connections.yaml`",
    "mailboxes": "mailbox of `connections.yaml`",
    "senders": "sender of `connections.yaml`",
    "stages": "stage of this process",
}


def words(annotation: Any) -> str:
    """`list of email addresses` for `tuple[EmailField, ...]`, and so on for every annotation of a model."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if annotation == ValueType:
        return "[value type](#value-types)"
    if origin is Annotated:
        return next((found for mark in inside[1:] if (found := marked(mark))), words(inside[0]))
    if origin in (Union, types.UnionType):
        return ", or ".join(dict.fromkeys(words(part) for part in inside if part is not type(None)))
    if origin is Literal:
        return either(map(str, inside))
    if origin is tuple:
        return f"list of: {words(inside[0])}"
    if origin is dict:
        return f"mapping: name to {words(inside[1])}"
    return _plain(annotation)


def default(info: FieldInfo) -> str:
    """What holds where nothing is written; `required` where something must be."""
    if info.is_required():
        return "required"
    value: Any = info.get_default(call_default_factory=True)
    if value is None or value == () or value == {}:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Model):
        return ", ".join(f"`{name}: {given}`" for name, given in value)
    return f"`{value}`" if not isinstance(value, tuple) else ", ".join(f"`{v}`" for v in value)


def models(annotation: Any) -> Iterator[type[Model]]:
    """The models that an annotation names, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def _plain(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return PLAIN.get(annotation, "any value")


def either(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


@singledispatch
def marked(mark: object) -> str:
    """What a mark on an annotation says; nothing for those that say nothing to an author."""
    return ""


@marked.register
def _(mark: Text) -> str:
    return EXPECTED[mark.expects]


@marked.register
def _(mark: Values) -> str:
    return "mapping of values with `${ }`"


@marked.register
def _(mark: Condition) -> str:
    return "condition"


@marked.register
def _(mark: Expression) -> str:
    return "bare expression that gives a list" if mark.expects == "list" else "bare expression"


@marked.register
def _(mark: Paths) -> str:
    return "list of names, as in `steps.welcome.answers`"


@marked.register
def _(mark: Phrase) -> str:
    return "time phrase, or `never`" if mark.never else "time phrase"


@marked.register
def _(mark: Reference) -> str:
    return PLACES.get(mark.kind, f"name of a file in `{mark.kind}/`")


@marked.register
def _(mark: Identifier) -> str:
    return "id"


@marked.register
def _(mark: Block) -> str:
    return f"{either(mark.words)}, or a list of steps" if mark.words else "list of steps"
