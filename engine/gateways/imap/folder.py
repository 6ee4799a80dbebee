"""What reading a folder of a mail server is. Every call blocks: it belongs into a thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Event
from typing import Literal, Protocol


class Trouble(Exception):  # noqa: N818  said as it is shown to people
    """Why a mailbox cannot be read, in words for whoever looks after it.

    `refused`: the server has said no to how we sign in, and would say so again a second later.
    """

    def __init__(self, words: str, *, refused: bool = False) -> None:
        super().__init__(words)
        self.refused = refused


@dataclass(frozen=True)
class Server:
    """Where a folder is. `ca`: a file of certificates to trust beside those of the machine."""

    host: str
    port: int
    tls: Literal["tls", "starttls", "none"]
    folder: str = "INBOX"
    ca: Path | None = None


@dataclass(frozen=True)
class Login:
    """Who reads it. `secret`: a password, or with `oauth` an access token."""

    username: str
    secret: str = field(repr=False)
    oauth: bool = False


@dataclass(frozen=True)
class Place:
    """A folder as it is now: its UIDVALIDITY, and the UID that the next mail will get (0: the server does not say)."""

    epoch: int
    next_uid: int


@dataclass(frozen=True)
class Head:
    """What is known of a mail before it is fetched: bytes, and when it came to its server."""

    uid: int
    size: int
    at: datetime


class Folder(Protocol):
    """One open folder. It is read only: no flag of any mail changes, and no mail is marked as seen.

    Every method raises Trouble; after that the folder is of no more use but to be closed.
    """

    def look(self) -> Place:
        """The folder as it is at this moment."""
        ...

    def uids(self, after: int) -> list[int]:
        """The UIDs above that one, in order."""
        ...

    def uids_since(self, day: date) -> list[int]:
        """The UIDs of mails that came on that day or later, in order."""
        ...

    def heads(self, uids: Sequence[int]) -> list[Head]:
        """In the order of the UIDs; those of mails that are gone are left out."""
        ...

    def whole(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The mails byte by byte; those that are gone, or that the server cannot give, are left out."""
        ...

    def beginning(self, uid: int) -> bytes:
        """The header of a mail that is too large to be fetched."""
        ...

    def wait(self, seconds: float, stop: Event) -> None:
        """Until something has come, the time is over, or `stop` is set."""
        ...

    def close(self) -> None:
        """Never raises."""
        ...


Opens = Callable[[Server, Login], Folder]
"""Sign in and open a folder. Raises Trouble."""
