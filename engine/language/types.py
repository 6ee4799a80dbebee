"""The types that the checker knows. Values at run time are plain data; see `values`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Type:
    """A scalar type, by the name an author writes (`text`, `number`, `money`, ...)."""

    name: str


@dataclass(frozen=True)
class ListOf(Type):
    item: Type = Type("any")
    name: str = "list"


@dataclass(frozen=True)
class Choice(Type):
    """Text that is one of a few known words (an outcome, a choice input)."""

    values: tuple[str, ...] = ()
    name: str = "choice"


@dataclass(frozen=True)
class Field:
    """One name in a record; `maybe` says why it can be missing (empty: it never is)."""

    type: Type
    maybe: str = ""


@dataclass(frozen=True)
class Record(Type):
    """Named fields. An `open` record may have others, of any type.

    `done` is what a step's record is for certain where its `status` is known to be `done`.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    open: bool = False
    done: "Record | None" = None
    name: str = "record"


ANY = Type("any")
TEXT = Type("text")
NUMBER = Type("number")
BOOLEAN = Type("boolean")
MONEY = Type("money")
DATE = Type("date")
DATETIME = Type("datetime")
EMAIL = Type("email")
PHONE = Type("phone")
URL = Type("url")
FILE = Type("file")
USER = Type("user")
GROUP = Type("group")


def record(**fields: Type | Field) -> Record:
    """A closed record; a bare type is a field that is never missing."""
    return Record(fields={name: f if isinstance(f, Field) else Field(f) for name, f in fields.items()})
