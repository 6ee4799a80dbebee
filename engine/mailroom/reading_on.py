"""Reading one folder on from where it was read to, in batches: mails and the new place are written together."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from engine.clock import Clock
from engine.gateways.imap import Folder, Head, Place, Trouble
from engine.store import health, mailboxes
from engine.store.mailboxes import MailboxRow, Mark
from engine.store.mails import Incoming
from engine.store.store import Store

T = TypeVar("T")

LARGEST_BATCH = 8_000_000  # bytes; one mail may be larger
HEADS = 200  # mails of which size and time are asked at once
LEEWAY = timedelta(minutes=2)  # the server's clock and ours
_HEAD = "only its head is kept, the mail is in its folder"
TRIES = 3  # at a mail that the server cannot give


@dataclass
class ReadingOn:
    """`largest` in bytes. `existing`: mails count that lay there before the mailbox was known. `at_once`: mails in one
    batch."""

    store: Store
    name: str
    folder: Folder
    thread: Executor
    clock: Clock
    largest: int
    existing: bool
    at_once: int
    tries: dict[int, int]  # by UID, at mails that the server did not give

    async def catch_up(self) -> int:
        """Take everything that is there and was not taken yet: how many mails are new.

        Raises Trouble, and Overtaken where somebody else reads on in the same mailbox.
        """
        place = await self._ask(self.folder.look)
        row = await self._begun(place)
        mark, kept = row.mark, 0
        if not 0 < place.next_uid <= mark.last + 1:
            uids = await self._ask(lambda: self.folder.uids(mark.last))
            for at in range(0, len(uids), HEADS):
                mark, new = await self._take(row, mark, uids[at : at + HEADS])
                kept += new
        now = self.clock()
        await self.store.write(lambda c: health.well(c, f"mailbox/{self.name}", now))
        return kept

    async def _begun(self, place: Place) -> MailboxRow:
        """The mailbox with a place to read on from, in this numbering of its folder."""
        row = await self.store.read(lambda c: mailboxes.find(c, self.name))
        if row is None:
            raise mailboxes.Overtaken(self.name)
        mark = row.mark
        if mark.epoch == place.epoch and not 0 < place.next_uid <= mark.last:
            return row
        if mark.epoch == 0:
            after = Mark(place.epoch, 0 if self.existing else await self._before(row, place))
        else:  # numbered anew, or put back to an earlier state
            after = Mark(place.epoch, 0, await self._highest(place))
        await self._write(mark, after, [])
        return replace(row, mark=after)

    async def _before(self, row: MailboxRow, place: Place) -> int:
        """The last mail that lay there before the mailbox was known."""
        day = (row.first_at - timedelta(days=1)).date()  # servers have days of their own
        uids = await self._ask(lambda: self.folder.uids_since(day))
        heads = await self._ask(lambda: self.folder.heads(uids))
        later = [head.uid for head in heads if head.at >= row.first_at - LEEWAY]
        return min(later) - 1 if later else await self._highest(place)

    async def _highest(self, place: Place) -> int:
        if place.next_uid:
            return place.next_uid - 1
        return max(await self._ask(lambda: self.folder.uids(0)), default=0)

    async def _take(self, row: MailboxRow, mark: Mark, uids: Sequence[int]) -> tuple[Mark, int]:
        kept = 0
        heads = await self._ask(lambda: self.folder.heads(uids))
        wanted = [head for head in heads if not self._is_old(row, mark, head)]
        for batch in _batches(wanted, self.at_once):
            found, broken = await self._fetched(mark, batch)
            after = replace(mark, last=broken - 1 if broken else batch[-1].uid)
            kept += await self._write(mark, after, found)
            mark = after
            if broken:
                raise Trouble(f"the server does not give the mail with the number {broken}; it is tried again")
        if mark.last < uids[-1]:
            await self._write(mark, after := replace(mark, last=uids[-1]), [])
            mark = after
        return mark, kept

    def _is_old(self, row: MailboxRow, mark: Mark, head: Head) -> bool:
        """Left where it was when the mailbox was new, and met again in a new numbering."""
        return not self.existing and head.uid <= mark.known and head.at < row.first_at - LEEWAY

    async def _fetched(self, mark: Mark, heads: Sequence[Head]) -> tuple[list[Incoming], int]:
        """The mails of a batch up to one that the server cannot give, and the number of that one (0: none)."""
        small = [head.uid for head in heads if head.size <= self.largest]
        whole = await self._ask(lambda: self.folder.whole(small)) if small else {}
        found: list[Incoming] = []
        for head in heads:
            if head.size > self.largest:
                why = f"{head.size:,} bytes are more than {self.largest:,}: {_HEAD}"
                found.append(await self._cut(mark, head, why))
            elif (raw := whole.get(head.uid)) is not None or (raw := await self._alone(head.uid)) is not None:
                found.append(self._incoming(mark, head, raw))
            elif await self._ask(partial(self.folder.heads, [head.uid])):
                if not self._is_given_up(head.uid):
                    return found, head.uid
                why = f"the server does not give it: {_HEAD}"
                found.append(await self._cut(mark, head, why))
        return found, 0

    async def _alone(self, uid: int) -> bytes | None:
        return (await self._ask(lambda: self.folder.whole([uid]))).get(uid)

    def _is_given_up(self, uid: int) -> bool:
        self.tries[uid] = self.tries.get(uid, 0) + 1
        return self.tries[uid] >= TRIES

    async def _cut(self, mark: Mark, head: Head, why: str) -> Incoming:
        beginning = await self._ask(lambda: self.folder.beginning(head.uid))
        return replace(self._incoming(mark, head, beginning), size=head.size, cut=why)

    def _incoming(self, mark: Mark, head: Head, raw: bytes) -> Incoming:
        """It came when its server says, but never in the future."""
        at = min(head.at, self.clock())
        return Incoming(self.name, "", raw, at, epoch=mark.epoch, uid=head.uid)

    async def _write(self, before: Mark, after: Mark, found: Sequence[Incoming]) -> int:
        now = self.clock()
        lag = max(((now - mail.received_at).total_seconds() for mail in found), default=0.0)

        def work(c: Connection) -> int:
            kept = mailboxes.take(c, self.name, before, after, found)
            if kept:
                health.seen(c, f"mailbox/{self.name}", now, lag)
            return kept

        return await self.store.write(work)

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, question)


def _batches(heads: Sequence[Head], at_once: int) -> Iterator[list[Head]]:
    batch: list[Head] = []
    size = 0
    for head in heads:
        if batch and (len(batch) == at_once or size + head.size > LARGEST_BATCH):
            yield batch
            batch, size = [], 0
        batch.append(head)
        size += head.size
    if batch:
        yield batch
