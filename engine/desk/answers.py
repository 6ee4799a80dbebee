"""What the desk gives back, and how it says no. Plain frozen data: pages and commands show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.language.problems import Problem
from engine.language.resources import Input
from engine.runtime.preview import Moved
from engine.runtime.view import TaskView

LinkKind = Literal["form", "case_form", "task", "signature", "case"]
LinkState = Literal["open", "answered", "closed"]
CONSENT = "I have read the document and agree to it, and I agree to sign it electronically."
"""What a signer ticks; the evidence keeps these words."""
Verb = Literal["retry", "skip", "mark_done", "do_now"]


class DeskError(Exception):
    """The request cannot be done as it was made; the text says what, and the way out."""


class NotThere(DeskError):  # noqa: N818 - named as it is said
    """Nothing by this name: a case, a step, a task, a process."""


class NotOpen(DeskError):  # noqa: N818 - named as it is said
    """It was there, but is done, closed or out of time."""


class NotAllowed(DeskError):  # noqa: N818 - named as it is said
    """Somebody else may do it, and this person may not."""


class BadInputs(DeskError):  # noqa: N818 - named as it is said
    """Values that are missing, wrong or unknown: `problems` has one sentence for each, by name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


class Findings(DeskError):  # noqa: N818 - named as it is said
    """A process cannot be published: `problems` are the findings of its check."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        count = sum(p.severity == "error" for p in problems)
        super().__init__(f"{count} mistake{'s' if count != 1 else ''} found")
        self.problems = problems


class Refusal(DeskError):  # noqa: N818 - named as it is said
    """A message from outside is not taken: `status` is the HTTP status to answer with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Published:
    """`changed` is False when nothing is new; `live`: new cases get this version."""

    process: str
    version: int
    digest: str
    changed: bool
    live: bool


@dataclass(frozen=True)
class Released:
    """`before` is the version that new cases got until now."""

    process: str
    version: int
    before: int | None


@dataclass(frozen=True)
class Started:
    """`existing`: a case with the same key was running, and no other one was started. `queued`: it was opened, and
    begins when that one has ended."""

    case: str
    existing: bool
    queued: bool = False


@dataclass(frozen=True)
class Receipt:
    """A stored arrival. `duplicate`: it had been stored before, nothing new happens."""

    id: str
    duplicate: bool


@dataclass(frozen=True)
class FormPage:
    """A form with every text filled in: what a page shows. `fields` are the questions in order, by id."""

    name: str
    title: str
    intro: str
    submit: str
    thanks: str
    fields: Mapping[str, Input]
    embed: tuple[str, ...] = ()  # whose pages may show it in a frame


@dataclass(frozen=True)
class Upload:
    """A file as somebody sent it: what a raw answer to a question of type file may be."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class FileContent:
    """A stored file. `sha256` is the hex digest of the content."""

    id: str
    name: str
    mime: str
    sha256: str
    content: bytes


@dataclass(frozen=True)
class Part:
    """What somebody may do about a task. `refused`: why this person may not decide it, in words."""

    has_it: str = ""  # who has taken it, in words
    may_take: bool = False
    may_give_back: bool = False
    refused: str = ""


@dataclass(frozen=True)
class LinkView:
    """What the holder of a link may see. `form`, `task` or `document` is set, by `kind`.

    `state`: open takes an answer; answered has one (for forms `answers` shows
    it); closed takes none any more. A task's own form is in `form` too.
    """

    kind: LinkKind
    state: LinkState
    case: str
    path: str
    recipient: str
    title: str
    process_title: str
    form: FormPage | None = None
    task: TaskView | None = None
    document: FileContent | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)  # of a signature: outcome, signer, reason
    answered_at: datetime | None = None
    expires_at: datetime | None = None
    voted: bool = False  # a task's vote of this person is among those that count


@dataclass(frozen=True)
class Preview:
    """What a change of values would do, if it were accepted: times of open steps, what the timeline would say, and
    what would go out at once."""

    case: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    moved: tuple[Moved, ...]
    says: tuple[str, ...]
    sends: tuple[str, ...]
