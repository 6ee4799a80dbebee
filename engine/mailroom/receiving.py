"""Runs the built-in mail server for the mailboxes of `type: smtp`, for as long as the worker runs."""

import asyncio
import logging
import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from engine.clock import Clock, rest, utc_now
from engine.gateways.receiver import Bounds, Letter, NotKept, Receiver, Refusal, Welcome
from engine.language.addresses import normal
from engine.language.connections import Mailbox
from engine.mailroom.accounts import MEGABYTE
from engine.store import health, mails
from engine.store.mails import Incoming
from engine.store.store import Store

log = logging.getLogger("baton.mailroom")

GLANCE = 1.0  # seconds between two looks at connections.yaml
ALIVE = 20.0  # seconds after which a mailbox says again that it is listened for
FOLLOWED = timedelta(seconds=60)  # a port that is taken is no trouble while another worker listens there
REPEAT_OF_NAMED = timedelta(days=5)  # for so long a server may try again; a Message-ID says that it is the same mail
REPEAT = timedelta(hours=1)  # without one, two mails may say the same
_MESSAGE_ID = re.compile(rb"^message-id:", re.IGNORECASE | re.MULTILINE)

_NOBODY = Refusal("550 5.1.1 there is no such mailbox here")
_STRANGER = Refusal("550 5.7.1 this server may not deliver here")


@dataclass
class _Ear:
    """A server that listens at one address, with the certificate that it was started with."""

    receiver: Receiver
    certificate: tuple[object, ...]


@dataclass
class Receiving:
    """`mailboxes` are those of the workspace now, by name. `arrived` is called when there is new mail to be read.
    `trial`: an address and port at which mail for all mailboxes is taken, of whatever type; empty: none."""

    store: Store
    workspace: Path
    mailboxes: Callable[[], Mapping[str, Mailbox]]
    trial: str = ""
    arrived: Callable[[], None] = lambda: None
    clock: Clock = utc_now
    ears: dict[str, _Ear] = field(default_factory=dict)
    _said: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop` is set. A mailbox that is added, changed or taken away counts within a second."""
        try:
            while not stop.is_set():
                await self._keep_up()
                await rest(stop, GLANCE)
        finally:
            for ear in self.ears.values():
                await ear.receiver.stop()

    async def _keep_up(self) -> None:
        wanted = self._wanted()
        for listen, ear in list(self.ears.items()):
            if listen not in wanted or ear.certificate != _certificate(wanted[listen], self.workspace):
                await ear.receiver.stop()
                del self.ears[listen]
        for listen, mailbox in wanted.items():
            try:
                if listen not in self.ears:
                    self.ears[listen] = await self._listen(listen, mailbox)
                await self._say(listen, "")
            except (OSError, ValueError) as problem:
                await self._say(listen, _words(listen, problem))

    def _wanted(self) -> dict[str, Mailbox | None]:
        """Where to listen, and a mailbox there that says how: one with a certificate, if there is any."""
        with_last = sorted(self._ours().values(), key=lambda box: bool(box.certificate))
        found: dict[str, Mailbox | None] = {self.trial: None} if self.trial else {}
        return found | {box.listen: box for box in with_last if box.listen}

    def _ours(self) -> dict[str, Mailbox]:
        return {name: box for name, box in self.mailboxes().items() if box.type == "smtp"}

    async def _listen(self, listen: str, mailbox: Mailbox | None) -> _Ear:
        host, _, port = listen.rpartition(":")
        everybody = listen == self.trial
        here = [box.largest for box in self.mailboxes().values() if everybody or box.listen == listen]
        bounds = Bounds(largest=max(here, default=1) * MEGABYTE)
        seen, tls = _certificate(mailbox, self.workspace), _tls(mailbox, self.workspace)
        serves = partial(self._serves, everybody=everybody)
        receiver = Receiver(self._keep, serves, host=host.strip("[]"), port=int(port), bounds=bounds, tls=tls)
        await receiver.start()
        return _Ear(receiver, seen)

    def _serves(self, address: str, peer: str, *, everybody: bool) -> Welcome | Refusal:
        """Whose mail it is: for the address of a mailbox, or with `+anything` before the @."""
        local, _, domain = normal(address).rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        for name, mailbox in (self.mailboxes() if everybody else self._ours()).items():
            if normal(mailbox.address) == plain:
                return Welcome(name, mailbox.largest * MEGABYTE) if _may_deliver(mailbox, peer) else _STRANGER
        return _NOBODY

    async def _keep(self, letter: Letter) -> None:
        now = self.clock()
        try:
            kept = await self.store.write(lambda c: _commit(c, letter, now))
        except SQLAlchemyError as problem:
            log.warning("a mail cannot be kept while the database does not answer: %s", problem)
            raise NotKept("the database does not answer") from problem
        if kept:
            self.arrived()

    async def _say(self, listen: str, trouble: str) -> None:
        """Write into the health of the mailboxes how listening goes; not every second. Empty: well."""
        tick = asyncio.get_running_loop().time()
        before, at = self._said.get(listen, ("never", 0.0))
        if before == trouble and tick - at < ALIVE:
            return
        self._said[listen] = (trouble, tick)
        names = [name for name, box in self._ours().items() if box.listen == listen]
        now = self.clock()
        with suppress(SQLAlchemyError):
            await self.store.write(lambda c: _tell(c, names, trouble, now))


def _commit(c: Connection, letter: Letter, now: datetime) -> int:
    head = letter.content.partition(b"\r\n\r\n")[0]
    within = REPEAT_OF_NAMED if _MESSAGE_ID.search(head) else REPEAT
    kept = 0
    for name in letter.mailboxes:
        mail = Incoming(name, "", letter.content, now, letter.sender, letter.recipients)
        kept += mails.deliver(c, mail, within)
        health.seen(c, f"mailbox/{name}", now, 0.0)
    return kept


def _tell(c: Connection, names: list[str], trouble: str, now: datetime) -> None:
    for name in names:
        source = f"mailbox/{name}"
        if not trouble:
            health.well(c, source, now)
            continue
        last = health.get(c, source).last_well_at
        if last is None or now - last > FOLLOWED:
            health.trouble(c, source, trouble, now)


def _may_deliver(mailbox: Mailbox, peer: str) -> bool:
    if not mailbox.servers:
        return True
    address = ip_address(peer)
    plain = getattr(address, "ipv4_mapped", None) or address  # as a socket for both kinds shows the older one
    return any(plain in ip_network(server) for server in mailbox.servers)


def _certificate(mailbox: Mailbox | None, workspace: Path) -> tuple[object, ...]:
    """Changes when the certificate does: it is renewed every few months."""
    if mailbox is None:
        return ()
    if not mailbox.certificate:
        return (mailbox.largest,)
    with suppress(OSError):
        return (mailbox.largest, mailbox.certificate, (workspace / mailbox.certificate).stat().st_mtime_ns)
    return (mailbox.largest, mailbox.certificate)


def _tls(mailbox: Mailbox | None, workspace: Path) -> ssl.SSLContext | None:
    """Raises OSError (ssl.SSLError is one) where the files cannot be used."""
    if mailbox is None or not mailbox.certificate or not mailbox.key:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(workspace / mailbox.certificate, workspace / mailbox.key)
    return context


def _words(listen: str, problem: Exception) -> str:
    if isinstance(problem, PermissionError) and ":" in listen:
        return f"this worker may not listen at {listen}: ports below 1024 belong to root. Forward that port to another"
    if isinstance(problem, ssl.SSLError):
        return f"the certificate of the mailbox at {listen} cannot be used: {problem}"
    return f"cannot listen at {listen}: {problem}"
