"""Where a mail belongs: to a case that it answers, to a mail of ours that it reports about, to whoever listens to its
mailbox, or to the people who decide. Nothing is written here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from sqlalchemy import Connection

from engine.clock import Clock
from engine.gateways.parsing import Letter
from engine.language.addresses import normal
from engine.language.connections import Mailbox
from engine.mailroom import canary, events, loops
from engine.mailroom.correlation import Correlation, Thread
from engine.mailroom.reports import Report, reports_of
from engine.mailroom.trust import CaseFacts, Doubt, case_doubt, sender_doubt
from engine.opening import Opening
from engine.routing import Router
from engine.runtime.replies import is_work, named_senders, takes_mail, takes_reply
from engine.runtime.state import State
from engine.settings import Settings
from engine.shelf import Shelf
from engine.store import cases, outbox, states, threads
from engine.store.mails import MailRow
from engine.store.misfires import Misfire
from engine.store.rows import CaseDetail
from engine.store.store import Store


@dataclass(frozen=True)
class Sorted:
    """Where a mail goes. One of: to the case of `thread`; a report about a mail of ours, whose `reports` are noted (if
    there are none, it is `noted` and changes nothing), and which the case hears of if it `listens`; with `public`, to
    everybody who listens to its mailbox; or into triage for `doubt`, with the thread as a guess. Of what is public,
    `openings` start cases, and `misfires` say which could not start; a doubt keeps it from cases that wait."""

    doubt: Doubt | None = None
    thread: Thread | None = None
    reports: tuple[Report, ...] = ()
    listens: bool = False
    openings: tuple[Opening, ...] = ()
    misfires: tuple[Misfire, ...] = ()
    public: bool = False
    noted: bool = False
    canary: datetime | None = None  # it is ours, and was sent then

    @classmethod
    def waiting(cls, reason: str, why: str = "") -> Self:
        return cls(doubt=Doubt(reason, why))


@dataclass
class Sorting:
    """Decides where a mail goes, by the mail, the case that it seems to belong to, and how much it can be trusted."""

    settings: Settings
    store: Store
    shelf: Shelf
    router: Router
    mailboxes: Callable[[], Mapping[str, Mailbox]]
    clock: Clock
    most: int = field(default=loops.MOST)

    async def sort(self, row: MailRow, letter: Letter, mailbox: Mailbox | None) -> Sorted:
        """Where the mail goes."""
        if sent := canary.sent_at(self.settings.key(), row.mailbox, letter.subject, self.clock()):
            return Sorted(canary=sent)
        thread = await self._thread(row, letter)
        if letter.failures or letter.complaint:
            return await self._report(letter, thread)
        if row.cut:
            return Sorted(doubt=Doubt("cut", row.cut), thread=thread)
        if thread:
            return await self._answer(letter, mailbox, thread)
        return await self._letter(row, letter, mailbox)

    async def _thread(self, row: MailRow, letter: Letter) -> Thread | None:
        key, now = self.settings.key(), self.clock()
        found = Correlation(key, tuple(mailbox.address for mailbox in self.mailboxes().values()))
        return await self.store.read(
            lambda c: (
                found.by_address(c, (*row.envelope_to, *letter.to, *letter.reported_to), now)
                or found.by_answered(c, (letter.reported, *letter.answered) if letter.reported else letter.answered)
            )
        )

    async def _report(self, letter: Letter, thread: Thread | None) -> Sorted:
        if thread is None:
            return Sorted.waiting("not_ours")
        found = reports_of(letter, thread)
        if not found:
            return Sorted(reports=found, thread=thread, noted=True)
        case = await self.store.read(lambda c: cases.detail(c, thread.case))
        plan = await self.shelf.plan(case.digest) if case else None
        listens = bool(case and plan and case.summary.status == "open" and takes_mail(plan, "bounce"))
        return Sorted(reports=found, thread=thread, listens=listens)

    async def _answer(self, letter: Letter, mailbox: Mailbox | None, thread: Thread) -> Sorted:
        case = await self.store.read(lambda c: cases.detail(c, thread.case))
        if case is None:
            return Sorted(doubt=Doubt("ended", "It is no longer there."), thread=thread)
        doubt = case_doubt(letter, mailbox, await self._facts(case, thread, normal(letter.sender)), self.most)
        if doubt is None and thread.expired:
            doubt = Doubt("expired")
        return Sorted(doubt=doubt, thread=thread)

    async def _facts(self, case: CaseDetail, thread: Thread, sender: str) -> CaseFacts:
        plan, now, name = await self.shelf.plan(case.digest), self.clock(), case.summary.id
        state = State.load(await self.store.read(lambda c: states.current(c, name)))
        written_to, answers, asked = await self.store.read(
            lambda c: (threads.written_to(c, name), loops.answers(c, sender, now, name), _asked(c, thread))
        )
        return CaseFacts(
            ended=case.summary.status == "ended",
            listens=takes_reply(plan, state, thread.page),
            asked=asked and not is_work(state, thread.page),
            written_to=written_to,
            named=named_senders(plan, state, now),
            answers=answers,
        )

    async def _letter(self, row: MailRow, letter: Letter, mailbox: Mailbox | None) -> Sorted:
        """A mail that answers none of ours: it may start cases, and reach those that listen to its mailbox."""
        doubt = sender_doubt(letter, mailbox)
        if doubt and doubt.reason == "unclear_sender":
            return Sorted(doubt=doubt)
        sender, now = normal(letter.sender), self.clock()
        if await self.store.read(lambda c: loops.answers(c, sender, now)) >= self.most:
            return Sorted(doubt=Doubt("loop"))
        arrival = events.letter_box(row, events.event_of(row, letter, mailbox.address if mailbox else ""))
        found = await self.router.openings(arrival)
        openings = tuple(one for one in found if isinstance(one, Opening))
        broken = tuple(one for one in found if isinstance(one, Misfire))
        return Sorted(doubt=doubt, openings=openings, misfires=broken, public=True)


def _asked(c: Connection, thread: Thread) -> bool:
    """Whether a mail of this step went to its reader that may be answered: not only the word that somebody is late."""
    mails_ = [mail for mail in outbox.listing(c, case=thread.case) if mail.path == thread.page]
    purposes = [mail.key.rpartition(":")[2] for mail in mails_ if normal(mail.recipient) == normal(thread.reader)]
    return not purposes or any(not said.startswith("escalate") and ".told." not in said for said in purposes)
