"""Functions of plug-in packages: found by entry point, typed by the annotations of their parameters and result."""

import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from engine.language.money import Money
from engine.language.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    MONEY,
    NUMBER,
    TEXT,
    Choice,
    Field,
    ListOf,
    Record,
    Type,
)

GROUP = "baton.functions"
"""The entry point group in which a package registers its functions."""

KEY = "idempotency_key"
"""A parameter of this name gets a text that is the same for every attempt at the same step."""

_PLAIN: Mapping[Any, Type] = {
    str: TEXT, int: NUMBER, float: NUMBER, Decimal: NUMBER, bool: BOOLEAN, date: DATE, datetime: DATETIME, Money: MONEY,
}  # fmt: skip


class PluginProblem(Exception):  # noqa: N818 - a state of the installation
    """A function that is not installed, cannot be loaded, or does not say its types."""


@dataclass(frozen=True)
class Signature:
    """What a function takes, by name, and what it gives. A field that may be left out says so in `maybe`."""

    inputs: Record
    result: Type


def names() -> tuple[str, ...]:
    """The functions that installed packages register."""
    return tuple(sorted(found.name for found in entry_points(group=GROUP)))


def load(name: str) -> Callable[..., Any]:
    """The function of this name. Raises PluginProblem."""
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        raise PluginProblem(f"no installed package registers `{name}` under {GROUP}")
    try:
        function: Callable[..., Any] = found.load()
    except Exception as problem:  # the edge: a package may do anything when it is imported
        raise PluginProblem(f"`{name}` cannot be loaded: {type(problem).__name__}: {problem}") from problem
    return function


def signature(name: str) -> Signature:
    """The types of a function. Raises PluginProblem."""
    return _signature(load(name))


@cache
def _signature(function: Callable[..., Any]) -> Signature:
    hints = get_type_hints(function)
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != KEY]
    fields = {p.name: _parameter(p, hints) for p in parameters}
    return Signature(Record(fields=fields), _type(hints.get("return")))


def takes_key(function: Callable[..., Any]) -> bool:
    """Whether the function asks for the key of its effect."""
    return KEY in inspect.signature(function).parameters


def _parameter(parameter: inspect.Parameter, hints: Mapping[str, Any]) -> Field:
    given = parameter.default is not inspect.Parameter.empty
    return Field(_type(hints.get(parameter.name)), "it has a default" if given else "")


def _type(annotation: Any) -> Type:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal and all(isinstance(word, str) for word in arguments):
        return Choice(values=arguments)
    if origin in (list, tuple) and arguments:
        return ListOf(item=_type(arguments[0]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Record(fields={name: _field(info.annotation) for name, info in annotation.model_fields.items()})
    return ANY


def _field(annotation: Any) -> Field:
    """A field of a result; one that may be None may be missing."""
    if get_origin(annotation) in (Union, types.UnionType) and types.NoneType in get_args(annotation):
        others = [a for a in get_args(annotation) if a is not types.NoneType]
        return Field(_type(others[0]) if len(others) == 1 else ANY, "the function does not always give it")
    return Field(_type(annotation))
