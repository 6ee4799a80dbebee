"""What the named queries take and give: frozen rows, times aware and in UTC. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.runtime.party import Party
from engine.runtime.view import IncidentView, TaskView, WaitView


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A published version of a process, without the plan itself (see `plans.by_digest`)."""

    process: str
    version: int
    digest: str
    source: str
    author: str
    message: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list of all. `state`: live (new cases get it), draft (none did so far), past.

    `released_at` and `released_by` are of its last release; `cases` counts the open cases that run it.
    """

    process: str
    version: int
    digest: str
    author: str
    message: str
    published_at: datetime
    state: str
    released_at: datetime | None
    released_by: str
    release_message: str
    cases: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open case that runs another version than the one that it may go on with."""

    id: str
    title: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class MoveRow:
    """What came of asking a case to go on with another version. `id` is that of the arrival that asked.

    `outcome`: moved, or stays (then `why` says why).
    """

    id: str
    case: str
    version: int
    by: str
    outcome: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as it was opened. `state` is the state's text for the first turn, `parent` the path of whoever
    started it (empty: nobody). `party` is the person outside whom it is about, where somebody is named."""

    id: str
    process: str
    version: int
    digest: str
    title: str
    business_key: str
    parent: str
    inputs_json: str
    state: str
    started_at: datetime
    party: Party | None = None


@dataclass(frozen=True, slots=True)
class WaitLine:
    """One line of `status`: what a case waits for. The fields are those of `WaitView`."""

    path: str
    step: str
    kind: str
    title: str
    status: str
    waiting_for: str
    since: datetime
    due: datetime | None
    until: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A line of a listing. `health`: ok, incident, stuck (then `why` says how it shows)."""

    id: str
    process: str
    version: int
    title: str
    business_key: str
    parent: str
    status: str
    health: str
    why: str
    stage: str
    outcome: str
    started_at: datetime
    updated_at: datetime
    next_at: datetime | None
    ended_at: datetime | None
    waits: tuple[WaitLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """Everything people see of one case but its timeline."""

    summary: CaseSummary
    digest: str
    inputs_json: str
    outputs: Mapping[str, Any]
    waits: tuple[WaitView, ...]
    tasks: tuple[TaskView, ...]
    incidents: tuple[IncidentView, ...]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with the case that it belongs to."""

    case: str
    process: str
    case_title: str
    task: TaskView


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A case that takes an event of this name, at a path."""

    case: str
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came from outside. (`source`, `source_id`) is unique: the same thing counts once."""

    id: str
    source: str
    source_id: str
    kind: str
    name: str
    case: str
    to: str
    by: str
    data_json: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """An arrival on its way to a case. `kind`: `start` (starts the case) or `signal`. `id` counts up."""

    id: int
    inbox_id: str
    case: str
    kind: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class EffectRow:
    """A line of the ledger. `token` names the attempt that holds it; `attempts` counts the claims."""

    key: str
    case: str
    path: str
    purpose: str
    kind: str
    state: str
    recipient: str
    result_json: str
    error: str
    attempts: int
    token: str
    message_id: str
    claimed_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link that was sent out. Only the sha256 of its token is kept."""

    hash: str
    case: str
    path: str
    kind: str
    recipient: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file without its content; `size` in bytes."""

    id: str
    case: str
    name: str
    mime: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file with its content."""

    id: str
    case: str
    name: str
    mime: str
    sha256: str
    size: int
    content: bytes


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """The evidence of one signature, as it was given on the page."""

    case: str
    path: str
    signer_name: str
    signer_email: str
    typed_name: str
    consent: str
    signed_at: datetime
    ip: str
    user_agent: str
    document_sha256: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One mail on its way out. `state`: held, queued, sending, sent, bounced, suppressed, unknown, cancelled.

    `code` and `reason` say why it is not sent; `not_before` is None while it waits for somebody's decision.
    `class_` is that of the message, or `staff`: what colleagues get. `mail` is there only while it waits, and
    not in a listing.
    """

    seq: int
    key: str
    case: str
    process: str
    path: str
    class_: str
    sender: str
    recipient: str
    subject: str
    message_id: str
    state: str
    code: str
    reason: str
    not_before: datetime | None
    created_at: datetime
    finished_at: datetime | None
    by: str
    attempts: int
    mail: bytes | None
