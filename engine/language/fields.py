"""The kinds of field a definition has.

YAML scalars stay raw text; the annotation of a model's field decides how the
text is read, checked and later evaluated. `Annotated[str, Text("email")]` is a
text that may hold `${ }` and must give an email address.
"""

from dataclasses import dataclass
from typing import Annotated, Any


@dataclass(frozen=True)
class Text:
    """Text with optional `${ }`; a whole-string `${ x }` must have the type `expects`."""

    expects: str = "text"


@dataclass(frozen=True)
class Values:
    """A mapping (or any nesting) of texts with `${ }`; whole-string expressions keep their type."""


@dataclass(frozen=True)
class Condition:
    """A bare expression that gives yes or no; text is refused. `inner`: it sees the steps inside its step."""

    inner: bool = False


@dataclass(frozen=True)
class Expression:
    """A bare expression that gives a value of the type `expects`. `inner`: it sees the names inside its step."""

    expects: str = "any"
    inner: bool = False


@dataclass(frozen=True)
class Paths:
    """A list of dotted names such as `steps.welcome.answers`."""


@dataclass(frozen=True)
class Phrase:
    """A time phrase (`2 business days`, `1 day before ${ x }`, `never`)."""

    never: bool = False


@dataclass(frozen=True)
class Reference:
    """The name of a file in a folder of the workspace, or of an entry of a shared file.

    `kind` is one of forms, emails, documents, checklists, tables, calendars, processes,
    connections, mailboxes, senders, users, groups, stages.
    """

    kind: str


@dataclass(frozen=True)
class Identifier:
    """snake_case name, unique in the file."""


@dataclass(frozen=True)
class Block:
    """A list of steps, or one of the words in `words`."""

    words: tuple[str, ...] = ()


TextField = Annotated[str, Text()]
EmailField = Annotated[str, Text("email")]
UserField = Annotated[str, Text("user")]
FileField = Annotated[str, Text("file")]
ValuesField = Annotated[dict[str, Any], Values()]
ConditionField = Annotated[str, Condition()]
InnerConditionField = Annotated[str, Condition(inner=True)]
ItemsField = Annotated[str, Expression("list")]
KeyField = Annotated[str, Expression("any", inner=True)]
PathsField = Annotated[tuple[str, ...], Paths()]
PhraseField = Annotated[str, Phrase()]
TimeoutField = Annotated[str, Phrase(never=True)]
IdField = Annotated[str, Identifier()]
GroupsField = Annotated[tuple[Annotated[str, Reference("groups")], ...], "groups"]
StepsField = Annotated[tuple[Any, ...], Block()]


@dataclass(frozen=True)
class OneOrMany:
    """A list that may be written as its only item."""
