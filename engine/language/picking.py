"""What is kept of an answer: the values that connections.yaml declares, with their types."""

from collections.abc import Mapping
from typing import Any

from engine.language.coercion import coerce
from engine.language.connections import Operation, Picked
from engine.language.model import ValueType
from engine.language.payload import dig
from engine.language.resources import Input


def picks(operation: Operation) -> dict[str, Picked]:
    """Name in the step's result -> where it stands in the answer, and its type."""
    return {
        name: told if isinstance(told, Picked) else Picked.model_validate({"from": name, "type": told})
        for name, told in operation.result.items()
    }


def types(operation: Operation) -> dict[str, ValueType]:
    """Name in the step's result -> its type."""
    return {name: told.type for name, told in picks(operation).items()}


def picked(operation: Operation, answer: Any) -> dict[str, Any]:
    """The declared values of an answer (of one entry, where it is a list); None for what it does not have.

    Raises ValueError where a value is not of its type.
    """
    return typed(operation, {name: dig(answer, told.from_) for name, told in picks(operation).items()})


def typed(operation: Operation, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The declared values, from raw ones by their names. Raises ValueError."""
    found: dict[str, Any] = {}
    for name, told in picks(operation).items():
        put(found, name, coerce(raw[name], Input(type=told.type, optional=True), None, name=name))
    return found


def put(found: dict[str, Any], name: str, value: Any) -> None:
    """`company.name` is a field inside another, as expressions read it."""
    *groups, last = name.split(".")
    for group in groups:
        found = found.setdefault(group, {})
    found[last] = value
