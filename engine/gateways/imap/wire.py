"""A folder by IMAP, with imap-tools. Mails are fetched as bytes: nothing here looks into them."""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from socket import MSG_PEEK, socket
from threading import Event
from time import monotonic
from typing import Any

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.idle import get_socket_poller

from engine.gateways.imap.folder import Folder, Head, Login, Place, Server, Trouble

TIMEOUT = 30.0  # seconds for one answer of the server
_EXPIRED = 10  # OpenSSL's number for a certificate that has expired
_AT_ONCE = 200  # UIDs in one command: servers limit the length of a line
_SLICE = 0.5  # seconds between two looks at `stop` while the server is silent
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_NUMBER = re.compile(rb"\d+")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def open_folder(server: Server, login: Login) -> Folder:
    """Sign in and open a folder. Raises Trouble with what to do about it."""
    with _in_words(server):
        box = _connected(server)
    try:
        with _in_words(server):
            _sign_in(box.client, login)
            return _Imap(box, server)
    except Trouble:
        _hang_up(box)
        raise


def _connected(server: Server) -> BaseMailBox:
    if server.tls == "none":
        return MailBoxUnencrypted(server.host, server.port, timeout=TIMEOUT)
    trusted = ssl.create_default_context()
    if server.ca:
        trusted.load_verify_locations(server.ca)
    if server.tls == "starttls":
        return MailBoxStartTls(server.host, server.port, timeout=TIMEOUT, ssl_context=trusted)
    return MailBox(server.host, server.port, timeout=TIMEOUT, ssl_context=trusted)


def _sign_in(client: imaplib.IMAP4, login: Login) -> None:
    """One answer, then nothing: a server that refuses explains itself in a second question, which wants no secret."""
    if login.oauth:
        answers = iter([f"user={login.username}\1auth=Bearer {login.secret}\1\1".encode()])
        client.authenticate("XOAUTH2", lambda _: next(answers, b""))
    elif (login.username + login.secret).isascii():
        client.login(login.username, login.secret)
    else:
        answers = iter([f"\0{login.username}\0{login.secret}".encode()])
        client.authenticate("PLAIN", lambda _: next(answers, b""))


class _Imap:
    def __init__(self, box: BaseMailBox, server: Server) -> None:
        self._box, self._client, self._server = box, box.client, server
        self.look()

    def look(self) -> Place:
        """Opened anew each time: so the server says how the folder is now, and not how it was."""
        with _in_words(self._server):
            self._box.folder.set(self._server.folder, readonly=True)
            return Place(self._said("UIDVALIDITY"), self._said("UIDNEXT"))

    def uids(self, after: int) -> list[int]:
        # `n:*` also names the last mail where no number is above it.
        return [uid for uid in self._search(f"UID {after + 1}:*") if uid > after]

    def uids_since(self, day: date) -> list[int]:
        return self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def heads(self, uids: Sequence[int]) -> list[Head]:
        parts = self._fetched(uids, "(UID RFC822.SIZE INTERNALDATE)", strict=True)
        found = [head for part in parts if (head := _head(part))]
        return sorted({head.uid: head for head in found}.values(), key=lambda head: head.uid)

    def whole(self, uids: Sequence[int]) -> dict[int, bytes]:
        return _bodies(self._fetched(uids, "(UID BODY.PEEK[])"))

    def beginning(self, uid: int) -> bytes:
        return _bodies(self._fetched([uid], "(UID BODY.PEEK[HEADER])")).get(uid, b"")

    def wait(self, seconds: float, stop: Event) -> None:
        with _in_words(self._server):
            if "IDLE" not in self._client.capabilities:
                stop.wait(seconds)
                return
            tag = self._client._command("IDLE")
            if not self._began():
                self._listen(monotonic() + seconds, stop)
            self._client.send(b"DONE\r\n")
            self._box.consume_until_tagged_response(tag)

    def close(self) -> None:
        _hang_up(self._box)

    def _began(self) -> bool:
        """Whether news came before the server said that it listens."""
        news = False
        while self._client._get_response() is not None:
            news = True
        return news

    def _listen(self, end: float, stop: Event) -> None:
        """Until the server says anything. What came together with its `+ idling` is in a buffer, where waiting for
        the socket would not see it: so what can be read is read first."""
        while not self._heard() and monotonic() < end and not stop.is_set():
            get_socket_poller(self._client.sock, _SLICE)  # type: ignore[arg-type]  # any number

    def _heard(self) -> bool:
        sock = self._client.sock
        sock.settimeout(0)
        try:
            return bool(self._client._get_line())
        except OSError:
            return False  # nothing there
        except imaplib.IMAP4.abort as end:
            if "EOF" not in str(end) or _is_closed(sock):
                raise
            return False  # nothing there, as the buffer of a socket says it
        finally:
            sock.settimeout(TIMEOUT)

    def _search(self, criteria: str) -> list[int]:
        with _in_words(self._server):
            return sorted(int(uid) for uid in self._box.uids(criteria, charset=None))

    def _fetched(self, uids: Sequence[int], parts: str, *, strict: bool = False) -> Iterator[Any]:
        """A NO may be one mail that the server cannot read: where that does not matter, the others are missing too,
        and whoever asked goes on one by one."""
        for at in range(0, len(uids), _AT_ONCE):
            some = ",".join(map(str, uids[at : at + _AT_ONCE]))
            with _in_words(self._server):
                status, answer = self._client.uid("FETCH", some, parts)
            if status == "OK":
                yield from answer
            elif strict:
                raise Trouble(f"{self._server.host} cannot say what is there: {_plain(str(answer))}")

    def _said(self, name: str) -> int:
        said = self._client.untagged_responses.get(name, [b"0"])[-1]
        found = _NUMBER.search(said if isinstance(said, bytes) else b"")
        return int(found[0]) if found else 0


def _is_closed(sock: socket) -> bool:
    """Whether the other side has hung up, where reading gave nothing."""
    if isinstance(sock, ssl.SSLSocket):
        return True  # it raises where there is nothing yet
    try:
        return not sock.recv(1, MSG_PEEK)
    except BlockingIOError:
        return False


def _head(part: Any) -> Head | None:
    text = part if isinstance(part, bytes) else b""
    uid, size, at = _UID.search(text), _SIZE.search(text), _DATE.search(text)
    if not (uid and size and at):
        return None
    return Head(int(uid[1]), int(size[1]), _moment(at[1].decode("ascii", "replace")))


def _moment(said: str) -> datetime:
    """Some servers have mails of day 0, or of no zone: such a mail came now, and holds up no other."""
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _bodies(parts: Iterator[Any]) -> dict[int, bytes]:
    """Bytes by UID; the UID stands before the bytes or after them, as the server likes."""
    found: dict[int, bytes] = {}
    waiting: bytes | None = None
    for part in parts:
        if isinstance(part, tuple):
            uid, waiting = _UID.search(part[0]), part[1]
        else:
            uid = _UID.search(part or b"")
        if uid and waiting is not None:
            found[int(uid[1])], waiting = waiting, None
    return found


def _hang_up(box: BaseMailBox) -> None:
    with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
        box.client.sock.settimeout(2)
        box.client.logout()
    with suppress(OSError):
        box.client.shutdown()


@contextmanager
def _in_words(server: Server) -> Iterator[None]:
    """Whatever goes wrong with a server, as Trouble."""
    try:
        yield
    except ssl.SSLCertVerificationError as problem:
        why = f"the certificate of {server.host} is not trusted: {problem.verify_message}"
        raise Trouble(f"{why}. {_way_out(problem)}") from problem
    except MailboxFolderSelectError as problem:
        raise Trouble(f"{server.host} does not open the folder `{server.folder}`: {_said_by(problem)}") from problem
    except imaplib.IMAP4.abort as problem:
        raise Trouble(f"{server.host} broke off: {_plain(str(problem))}") from problem
    except (imaplib.IMAP4.error, MailboxLoginError) as problem:
        raise _refusal(server, problem) from problem
    except ImapToolsError as problem:
        raise Trouble(f"{server.host} does not do what it was asked: {_said_by(problem)}") from problem
    except (OSError, ValueError) as problem:
        raise Trouble(
            f"{server.host}:{server.port} cannot be reached: {problem or type(problem).__name__}"
        ) from problem


def _refusal(server: Server, problem: Exception) -> Trouble:
    said = _plain(str(problem))
    if "UNAVAILABLE" in said or "INUSE" in said:
        return Trouble(f"{server.host} cannot serve us now: {said}")
    return Trouble(f"{server.host} does not let us in: {said}. Look at `username` and at the secret", refused=True)


def _way_out(problem: ssl.SSLCertVerificationError) -> str:
    if problem.verify_code == _EXPIRED:
        return "Whoever runs that server has to renew it; if it is good, the clock of this machine is wrong"
    return "Name the file of its authority with `ca:`, or correct `host:`"


def _said_by(problem: ImapToolsError) -> str:
    result = getattr(problem, "command_result", ("", [b""]))
    return _plain(" ".join(str(part) for part in result[1] if part))


def _plain(text: str) -> str:
    """What a server said, without Python's marks around it."""
    return re.sub(r"b(['\"])(.*?)\1", r"\2", text)[:300]
