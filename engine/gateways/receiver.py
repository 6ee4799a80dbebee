"""The built-in mail server: takes mail for the addresses of our mailboxes, and for nobody else.

It says 250 when the mail is committed, and a 4xx when that did not work, so that the sender keeps it and tries again.
It never passes mail on.
"""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from engine.gateways.visitors import visitor_of
from engine.language.addresses import is_email

HELLO = "Baton"
_END = b"\r\n.\r\n"  # of a mail; nothing else ends one, lest a mail hides another one
_LINE = b"\r\n"
_LAST = b".\r\n"


class NotKept(Exception):  # noqa: N818  said as it is shown
    """Why a mail could not be kept just now; the sender hears it and tries again."""


@dataclass(frozen=True)
class Letter:
    """A mail as a server handed it over. `mailboxes` are the names of those that its recipients belong to; `sender` is
    empty for a mail that nobody may answer to, such as a bounce."""

    mailboxes: tuple[str, ...]
    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(frozen=True)
class Welcome:
    """Whose a recipient is, and how many bytes a mail for it may have."""

    mailbox: str
    largest: int


@dataclass(frozen=True)
class Refusal:
    """What a sender is told about a recipient, with the code of SMTP."""

    words: str


Host = Callable[[str, str], Welcome | Refusal]
"""Asked for every recipient: the address as it was written, and the IP address of whoever brings the mail."""

Keep = Callable[[Letter], Awaitable[None]]
"""Commits a mail. Raises NotKept."""


@dataclass(frozen=True)
class Bounds:
    """What one visitor may do, and all of them. `silence` and `largest` in seconds and bytes."""

    visitors: int = 100
    visitors_of_one: int = 20  # from one address, at the same time
    mails_of_one: int = 120  # from one address, within a minute
    at_once: int = 8  # mails that are being received: they are held in memory
    recipients: int = 100
    strangers: int = 20  # recipients that nobody knows, in one visit
    commands: int = 2_000  # of one kind, in one visit
    silence: float = 300.0  # for one command, and for the whole of a mail
    largest: int = 25 * 1024 * 1024


class Receiver:
    """Listens on `host`:`port` (0 takes a free one, see `port` after `start`)."""

    def __init__(
        self,
        keep: Keep,
        serves: Host,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        bounds: Bounds | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.keep, self.serves, self.host, self.port = keep, serves, host, port
        self.bounds, self.tls = bounds or Bounds(), tls
        self.visitors: Counter[str] = Counter()
        self.visits: set[_Visit] = set()
        self._keeping: set[asyncio.Task[None]] = set()
        self.slots = asyncio.Semaphore(self.bounds.at_once)
        self._mails: Counter[str] = Counter()
        self._minute = 0.0
        self._server: asyncio.Server | None = None
        # It would write the addresses of senders and recipients into the log.
        logging.getLogger("mail.log").setLevel(logging.WARNING)

    async def start(self) -> None:
        """Raises OSError where the port is taken or not allowed."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Visit(self), self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Nobody new comes in; what is being committed is, and then everybody is sent away."""
        if self._server is None:
            return
        self._server.close()
        while self._keeping:
            await asyncio.wait(self._keeping)
            await asyncio.sleep(0)  # for the answer
        for visit in list(self.visits):
            visit.send_away()
        with suppress(TimeoutError):  # some do not answer to being sent away
            await asyncio.wait_for(self._server.wait_closed(), 2)

    async def commit(self, letter: Letter) -> None:
        """In a task of its own: a client that hangs up does not hinder what is being written. Raises NotKept."""
        keeping = asyncio.create_task(self._keep(letter))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)
        await asyncio.shield(keeping)

    async def _keep(self, letter: Letter) -> None:
        await self.keep(letter)

    def admits(self, address: str) -> bool:
        return self.visitors.total() < self.bounds.visitors and self.visitors[address] < self.bounds.visitors_of_one

    def is_over(self, address: str) -> bool:
        """Whether this address has brought too many mails within the last minute; counts this one."""
        now = asyncio.get_running_loop().time()
        if now - self._minute > 60:
            self._minute = now
            self._mails.clear()
        self._mails[address] += 1
        return self._mails[address] > self.bounds.mails_of_one


class _Visit(SMTP):
    """One connection of a mail server."""

    line_length_limit = 64 * 1024  # what is read at once; lines of a mail may be longer

    def __init__(self, house: Receiver) -> None:
        bounds = house.bounds
        super().__init__(
            _Hooks(house),
            hostname=HELLO.lower(),
            ident=HELLO,
            enable_SMTPUTF8=True,
            data_size_limit=bounds.largest,
            tls_context=house.tls,
            timeout=bounds.silence,
            command_call_limit={"*": bounds.commands, "NOOP": 50, "RSET": 500, "VRFY": 5, "HELP": 5},
            loop=asyncio.get_running_loop(),
        )
        self._house = house
        self._from = ""
        self._turned_away = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._from:  # the same visitor, now with STARTTLS
            super().connection_made(transport)
            return
        address = visitor_of(str((transport.get_extra_info("peername") or ("unknown",))[0]))
        if not self._house.admits(address):
            self._turned_away = True
            assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101  what a server gets
            transport.write(b"421 4.7.0 too many connections, come again later\r\n")
            transport.close()
            return
        self._from = address
        self._house.visitors[address] += 1
        self._house.visits.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._turned_away:
            return
        if self._from:
            self._house.visitors[self._from] -= 1
            self._house.visits.discard(self)
            self._from = ""
        super().connection_lost(error)

    def send_away(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self._writer.write(b"421 4.3.2 closing, come again later\r\n")
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        if not self._turned_away:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._turned_away else super().eof_received()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  aiosmtpd
        """Mails that are being received are in memory: only so many at once, the next ones wait for a moment."""
        if await self.check_helo_needed():
            return
        if arg or self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("501 5.5.4 Syntax: DATA" if arg else "503 5.5.1 need RCPT command")
            return
        try:
            async with asyncio.timeout(self._house.bounds.silence / 10):
                await self._house.slots.acquire()
        except TimeoutError:
            await self.push("452 4.3.1 too busy, come again later")
            return
        try:
            await self._receive(self.envelope)
        finally:
            self._house.slots.release()

    async def _receive(self, envelope: Envelope) -> None:
        await self.push("354 go ahead, a dot alone on a line ends it")
        content = await self._content()
        if content is None:
            await self.push(f"552 5.3.4 more than {self.data_size_limit} bytes")
        else:
            envelope.content = envelope.original_content = content
            await self.push(await self._call_handler_hook("DATA"))
        self._set_post_data_state()  # type: ignore[no-untyped-call]

    async def _content(self) -> bytes | None:
        """The bytes up to the dot, as they were written; None when they are too many. aiosmtpd's own way takes fifty
        times the memory for a mail of empty lines, and refuses mails with long ones."""
        # The end of the line with DATA is part of the end of an empty mail: it is put back, to be found.
        self._reader._buffer[:0] = _LINE  # type: ignore[attr-defined]
        found, size, limit = bytearray(), 0, self._house.bounds.largest + len(_LINE) + len(_LAST)
        while not found.endswith(_END):
            piece = await self._piece()
            size += len(piece)
            if size > limit:
                found.clear()  # it is read to its end, so that the sender hears why
            found += piece
        return None if size > limit else _as_written(bytes(found[len(_LINE) : -len(_LAST)]))

    async def _piece(self) -> bytes:
        """Some more, never beyond the end of the mail."""
        try:
            return await self._reader.readuntil(_END)
        except asyncio.LimitOverrunError as more:
            return await self._reader.readexactly(more.consumed)


def _as_written(content: bytes) -> bytes:
    """Without the dots that a sender puts before lines that begin with one."""
    return (content[1:] if content.startswith(b".") else content).replace(b"\r\n.", b"\r\n")


class _Hooks:
    """What is said to the commands of one visitor."""

    def __init__(self, house: Receiver) -> None:
        self._house = house
        self._strangers = 0
        self._boxes: dict[str, Welcome] = {}

    async def handle_MAIL(  # noqa: N802  aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if self._house.is_over(visitor_of(_peer(session))):
            return "451 4.7.1 too many mails within a minute, come again later"
        envelope.mail_from = address  # `<>` for none: it must not look as if nothing had been said
        envelope.mail_options.extend(options)
        self._boxes = {}
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802  aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= self._house.bounds.recipients:
            return "452 4.5.3 too many recipients"
        if self._strangers >= self._house.bounds.strangers:
            return "550 5.7.1 too many recipients that nobody knows"
        answer = self._house.serves(address, _peer(session)) if is_email(address) else Refusal("550 5.1.3 no address")
        if isinstance(answer, Refusal):
            self._strangers += 1
            return answer.words
        envelope.rcpt_tos.append(address)
        self._boxes[answer.mailbox] = answer
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd
        content = bytes(envelope.original_content or b"")
        largest = min(box.largest for box in self._boxes.values())
        if len(content) > largest:
            return f"552 5.3.4 more than {largest} bytes"
        sender = "" if envelope.mail_from in ("<>", None) else _plain(str(envelope.mail_from))
        letter = Letter(tuple(sorted(self._boxes)), sender, tuple(envelope.rcpt_tos), content)
        try:
            await self._house.commit(letter)
        except NotKept as why:
            return f"451 4.3.0 not kept: {_plain(str(why))}"
        return "250 2.0.0 kept"

    async def handle_VRFY(  # noqa: N802  aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str
    ) -> str:
        return "252 2.5.0 send a mail and see"

    async def handle_exception(self, error: Exception) -> str:
        """Ours or theirs: the mail is not kept, and the sender still has it. The log says no address."""
        logging.getLogger("baton.mailroom").error("a mail could not be taken: %s", type(error).__name__)
        return "451 4.3.0 something went wrong here, come again later"


def _peer(session: Session) -> str:
    peer: Any = session.peer
    return str(peer[0]) if isinstance(peer, tuple) else str(peer)


def _plain(text: str) -> str:
    """Without anything that would begin a new line."""
    return "".join(c for c in text if c.isprintable())[:500]
