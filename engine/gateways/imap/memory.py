"""The twin of a mail server: one account with one folder, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from threading import Condition, Event
from time import monotonic

from engine.gateways.imap.folder import Folder, Head, Login, Place, Server, Trouble

_SLICE = 0.05  # seconds between two looks at `stop`


@dataclass
class _Mail:
    uid: int
    at: datetime
    raw: bytes


class MemoryServer:
    """Mails that can be delivered, removed and numbered anew. `down`: nobody gets an answer; `broken`: UIDs of mails
    that it cannot give."""

    def __init__(self, password: str = "secret") -> None:  # noqa: S107  the twin's own
        self.password = password
        self.epoch = 1
        self.mails: list[_Mail] = []
        self.down = False
        self.broken: set[int] = set()
        self.opened = 0
        self._numbers = count(1)
        self.next_uid = 1
        self.news = Condition()

    def deliver(self, raw: bytes, at: datetime | None = None) -> int:
        """A mail comes in; its UID."""
        with self.news:
            uid = next(self._numbers)
            self.next_uid = uid + 1
            self.mails.append(_Mail(uid, at or datetime.now(UTC), raw))
            self.news.notify_all()
        return uid

    def remove(self, uid: int) -> None:
        """Somebody deletes a mail."""
        self.mails = [mail for mail in self.mails if mail.uid != uid]

    def renumber(self) -> None:
        """The server gives every mail a new number, as after a repair or a move: UIDVALIDITY changes."""
        self.epoch += 1
        self._numbers = count(1)
        self.mails = [replace(mail, uid=next(self._numbers)) for mail in self.mails]
        self.next_uid = len(self.mails) + 1
        self._numbers = count(self.next_uid)

    def open(self, server: Server, login: Login) -> Folder:
        """As `open_folder`."""
        if self.down:
            raise Trouble(f"{server.host} cannot be reached: connection refused")
        if login.secret != self.password:
            raise Trouble(f"{server.host} does not accept the user name and password", refused=True)
        self.opened += 1
        return MemoryFolder(self, server)


class MemoryFolder:
    """An open folder of the twin."""

    def __init__(self, server: MemoryServer, address: Server) -> None:
        self._server, self._host = server, address.host
        self._seen = 0

    def look(self) -> Place:
        self._answer()
        self._seen = len(self._server.mails)
        return Place(self._server.epoch, self._server.next_uid)

    def uids(self, after: int) -> list[int]:
        self._answer()
        return [mail.uid for mail in self._server.mails if mail.uid > after]

    def uids_since(self, day: date) -> list[int]:
        self._answer()
        return [mail.uid for mail in self._server.mails if mail.at.date() >= day]

    def heads(self, uids: Sequence[int]) -> list[Head]:
        self._answer()
        return [Head(mail.uid, len(mail.raw), mail.at) for mail in self._server.mails if mail.uid in uids]

    def whole(self, uids: Sequence[int]) -> dict[int, bytes]:
        self._answer()
        given = set(uids) - self._server.broken
        return {mail.uid: mail.raw for mail in self._server.mails if mail.uid in given}

    def beginning(self, uid: int) -> bytes:
        self._answer()
        raw = next((mail.raw for mail in self._server.mails if mail.uid == uid), b"")
        end = raw.find(b"\r\n\r\n")
        return raw if end < 0 else raw[: end + 4]

    def wait(self, seconds: float, stop: Event) -> None:
        end = monotonic() + seconds
        with self._server.news:
            while monotonic() < end and not stop.is_set() and not self._server.down:
                if len(self._server.mails) > self._seen:
                    return
                self._server.news.wait(_SLICE)
        self._answer()

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self) -> None:
        if self._server.down:
            raise Trouble(f"{self._host} broke off: connection reset")
