"""The reader: takes the mails that are kept, one after the other, and brings each to where it belongs.

A mail is read once: what it says, where it goes and that it was read are written together. Whoever dies before that
has changed nothing, and the mail is read again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from engine.clock import Clock, rest, utc_now
from engine.gateways.parsing import Letter, Parser, Unreadable
from engine.language.connections import Mailbox
from engine.mailroom.placing import Placing
from engine.mailroom.sorting import Sorted
from engine.store import mails
from engine.store.mails import MailRow
from engine.store.store import Store

log = logging.getLogger("baton.mailroom")

GLANCE = 0.5  # seconds between two looks for new mail
AT_ONCE = 20  # mails that are taken together
TOGETHER = 8_000_000  # and their bytes; one mail may be larger
PAUSE = 2.0  # seconds after which a database that did not answer is asked again, or a process started


@dataclass
class Reader:
    """`run` until `stop`; `read` takes everything that is there now. `nudge` wakes a dispatcher in this process."""

    store: Store
    placing: Placing
    mailboxes: Callable[[], Mapping[str, Mailbox]]
    parser: Parser = field(default_factory=Parser)
    nudge: Callable[[], None] = field(default=lambda: None)
    clock: Clock = utc_now

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set. Trouble with database or machine is waited out; no mail keeps others waiting."""
        try:
            while not stop.is_set():
                pause = GLANCE
                try:
                    await self.read(stop)
                except SQLAlchemyError as problem:
                    log.warning("the database does not answer, trying again: %s", problem)
                    pause = PAUSE
                except (OSError, EOFError) as problem:  # the machine is short of memory, processes or files
                    log.warning("no process starts that parses mails, trying again: %s", type(problem).__name__)
                    pause = PAUSE
                await rest(stop, pause)
        finally:
            await self.parser.aclose()

    async def read(self, stop: asyncio.Event | None = None) -> int:
        """Read all that is new; how many mails that were."""
        done = 0
        while rows := await self.store.read(lambda c: mails.new(c, AT_ONCE)):
            for batch in _batches(rows):
                if stop and stop.is_set():
                    return done
                await self._take(batch)
                done += len(batch)
            self.nudge()
        return done

    async def _take(self, batch: Sequence[MailRow]) -> None:
        """Understand these mails one after the other, and write what comes of them together: one sync for all."""
        found = [(row, *await self._understood(row)) for row in batch]
        await asyncio.gather(*(self._write(row, letter, sorted_) for row, letter, sorted_ in found))

    async def _write(self, row: MailRow, letter: Letter | None, sorted_: Sorted) -> None:
        try:
            await self.store.write(lambda c: self.placing.write(c, row, letter, sorted_))
        except (OperationalError, InterfaceError):
            raise
        except Exception as problem:  # the same edge as below: a mail that cannot be written must not come for ever
            log.exception("%s cannot be written as it is, and waits in triage", row.id)
            failed = Sorted.waiting("failed", f"{type(problem).__name__}.")
            await self.store.write(lambda c: self.placing.write(c, row, None, failed))

    async def _understood(self, row: MailRow) -> tuple[Letter | None, Sorted]:
        """What the mail says and where it goes; whatever is wrong with it, it goes somewhere."""
        mailbox = self.mailboxes().get(row.mailbox)
        try:
            letter = await self._parsed(row, mailbox)
        except Unreadable as problem:
            return None, Sorted.waiting("unreadable", problem.message)
        try:
            return letter, await self.placing.sort(row, letter, mailbox)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the mail is as good as before
        except Exception as problem:  # an edge: whatever is wrong with one mail, everything else goes on
            log.exception("%s cannot be placed, and waits in triage", row.id)
            return letter, Sorted.waiting("failed", f"{type(problem).__name__}.")

    async def _parsed(self, row: MailRow, mailbox: Mailbox | None) -> Letter:
        # Only a server that speaks SMTP with us says for certain that there is no sender.
        null = not row.envelope_from and mailbox is not None and mailbox.type == "smtp"
        return await self.parser.read(row.raw, authserv=(mailbox.authserv if mailbox else "") or "", null_sender=null)


def _batches(rows: Sequence[MailRow]) -> Iterator[Sequence[MailRow]]:
    """The mails in their order, not too many bytes at once."""
    batch: list[MailRow] = []
    for row in rows:
        if batch and sum(len(one.raw) for one in batch) + len(row.raw) > TOGETHER:
            yield batch
            batch = []
        batch.append(row)
    yield batch
