"""Where a mail belongs: to a case that it answers, to a mail of ours that it reports about, to whoever listens to its
mailbox, or to the people who decide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from sqlalchemy import Connection

from engine.clock import Clock
from engine.gateways.parsing import Letter
from engine.language.addresses import normal
from engine.language.connections import Mailbox
from engine.language.values import decode
from engine.mailroom import canary, events, loops, reports
from engine.mailroom.correlation import Correlation, Thread
from engine.mailroom.reports import Report, reports_of
from engine.mailroom.trust import CaseFacts, Doubt, case_doubt, sender_doubt
from engine.opening import SIGNAL, Opening, open_case
from engine.routing import Router
from engine.runtime.replies import is_work, named_senders, takes_mail, takes_reply
from engine.runtime.state import State
from engine.settings import Settings
from engine.shelf import Shelf
from engine.store import cases, health, inbox, mails, matching, misfires, outbox, states, threads, triage
from engine.store.mails import MailRow
from engine.store.misfires import Misfire
from engine.store.rows import Arrival, CaseDetail
from engine.store.store import Store
from engine.store.triage import Waiting


@dataclass(frozen=True)
class Sorted:
    """Where a mail goes. One of: to the case of `thread`; `reports` to be noted; to whoever listens (`openings` start
    cases; `tells`: waiting cases hear of it, too); or into triage for `doubt`, with the thread as a guess."""

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
class Placing:
    """Decides (`sort`), and writes what was decided (`write`), which does nothing a second time."""

    settings: Settings
    store: Store
    shelf: Shelf
    router: Router
    mailboxes: Callable[[], Mapping[str, Mailbox]]
    clock: Clock
    most: int = field(default=loops.MOST)

    # -- deciding ---------------------------------------------------------------

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

    # -- writing ----------------------------------------------------------------

    def write(self, c: Connection, row: MailRow, letter: Letter | None, sorted_: Sorted) -> None:
        """Everything that comes of the mail, and that it was read: in one transaction."""
        if not mails.settle(c, row.id, "read" if letter else "unreadable"):
            return  # somebody else has read it, a moment ago
        if letter is None:
            self._into_triage(c, events.letter_box(row, _nothing(row)), sorted_)
        elif sorted_.canary:
            lag = (row.received_at - sorted_.canary).total_seconds()
            health.seen(c, canary.source_of(row.mailbox), self.clock(), max(lag, 0.0))
        elif sorted_.reports or sorted_.noted:
            self._write_report(c, row, letter, sorted_)
        elif sorted_.public:
            self._write_letter(c, row, letter, sorted_)
        else:
            self._write_answer(c, row, letter, sorted_)

    def _write_answer(self, c: Connection, row: MailRow, letter: Letter, sorted_: Sorted) -> None:
        thread = sorted_.thread
        event = events.event_of(row, letter, self._address(row), thread.page if thread else "")
        arrival = events.reply(row, thread.case, event) if thread else events.letter_box(row, event)
        events.keep_files(c, row, letter.attachments, thread.case if thread else "")
        if sorted_.doubt or thread is None:
            self._into_triage(c, arrival, sorted_, bool(letter.automatic))
        elif inbox.accept(c, arrival):
            self._tell_left_out(c, row, letter, arrival.case)  # first: the mail may end the case
            inbox.deliver_to(c, arrival.id, arrival.case, SIGNAL)
            inbox.routed(c, arrival.id)

    def _write_letter(self, c: Connection, row: MailRow, letter: Letter, sorted_: Sorted) -> None:
        arrival = events.letter_box(row, events.event_of(row, letter, self._address(row)))
        if not inbox.accept(c, arrival):
            return
        matching.one_at_a_time(c, [arrival.name])
        started, running = _started(c, arrival, sorted_)
        told, strangers = self._told(c, arrival, trusted=sorted_.doubt is None)
        self._tell_left_out(c, row, letter, *started, *told)
        for case in told:
            inbox.deliver_to(c, arrival.id, case, SIGNAL)
        events.keep_files(c, row, letter.attachments, next(iter((*started, *told)), ""))
        misfires.put_all(c, sorted_.misfires)
        if started or told:
            # What nobody vouches for may begin something, and is kept from cases that begin to listen later.
            inbox.routed(c, arrival.id, "opened" if sorted_.doubt else "routed")
            return
        guess = next(iter((*running, *strangers)), "")
        doubt = sorted_.doubt or _nobody(sorted_, strangers, running)
        inbox.routed(c, arrival.id, "unmatched" if doubt.reason == "unmatched" else "triage")
        waiting = Waiting(doubt.reason, doubt.why, guess, automatic=bool(letter.automatic))
        triage.waits(c, arrival.id, waiting, self.clock())

    def _tell_left_out(self, c: Connection, row: MailRow, letter: Letter, *cases_: str) -> None:
        for case in cases_ if letter.left_out else ():
            note = events.left_out(row, case, letter.left_out, self.clock())
            if inbox.accept(c, note):
                inbox.deliver_to(c, note.id, case, SIGNAL)
                inbox.routed(c, note.id)

    def _told(self, c: Connection, arrival: Arrival, *, trusted: bool) -> tuple[list[str], list[str]]:
        """The cases that hear of it, and those that would, but do not know the sender or cannot trust the mail."""
        found = matching.subscribers(c, arrival.name, decode(arrival.data_json))
        knowing = matching.knowing(c, found, arrival.by) if trusted else ()
        told = list(dict.fromkeys(one.case for one in knowing))
        return told, [one.case for one in found if one.case not in told]

    def _write_report(self, c: Connection, row: MailRow, letter: Letter, sorted_: Sorted) -> None:
        thread = sorted_.thread
        if sorted_.reports:
            reports.note(c, letter, sorted_.reports, self.clock())
        for number, report in enumerate(sorted_.reports or (None,)):
            data = reports.data_of(letter, thread, report)
            arrival = events.report(row, thread.case if thread else "", data, number)
            if inbox.accept(c, arrival):
                if sorted_.listens:
                    inbox.deliver_to(c, arrival.id, arrival.case, SIGNAL)
                inbox.routed(c, arrival.id, "routed" if sorted_.listens else "noted")

    def _into_triage(self, c: Connection, arrival: Arrival, sorted_: Sorted, automatic: bool = False) -> None:
        thread, doubt = sorted_.thread, sorted_.doubt or Doubt("failed")
        guess = Waiting(
            doubt.reason, doubt.why, thread.case if thread else "", thread.page if thread else "", automatic
        )
        # The case is only a guess: the arrival itself names none, so that nothing delivers it.
        if inbox.accept(c, replace(arrival, case="")):
            inbox.routed(c, arrival.id, "triage")
            triage.waits(c, arrival.id, guess, self.clock())

    def _address(self, row: MailRow) -> str:
        mailbox = self.mailboxes().get(row.mailbox)
        return mailbox.address if mailbox else ""


def _asked(c: Connection, thread: Thread) -> bool:
    """Whether a mail of this step went to its reader that may be answered: not only the word that somebody is late."""
    mails_ = [mail for mail in outbox.listing(c, case=thread.case) if mail.path == thread.page]
    purposes = [mail.key.rpartition(":")[2] for mail in mails_ if normal(mail.recipient) == normal(thread.reader)]
    return not purposes or any(not said.startswith("escalate") and ".told." not in said for said in purposes)


def _started(c: Connection, arrival: Arrival, sorted_: Sorted) -> tuple[list[str], list[str]]:
    """The cases that the mail has started, and those that it has not because one with the same key runs."""
    started, running = [], []
    for opening in sorted_.openings:
        new = opening.new
        other = cases.running(c, new.process, new.business_key) if new.business_key else None
        # A mail that nobody vouches for must not end the case of somebody else.
        if other and (opening.if_running == "skip" or (sorted_.doubt and opening.if_running == "cancel_previous")):
            running.append(other)
        else:
            started.append(open_case(c, opening, arrival)[0])
    return started, running


def _nobody(sorted_: Sorted, strangers: list[str], running: list[str]) -> Doubt:
    """Why a mail that can be trusted has reached nobody."""
    if sorted_.misfires:
        first = sorted_.misfires[0]
        return Doubt("misfire", f"The process {first.process} could not start: {first.reason}")
    return Doubt("stranger" if strangers else "running" if running else "unmatched")


def _nothing(row: MailRow) -> dict[str, object]:
    """The event of a mail that cannot be parsed."""
    words = dict.fromkeys(("from", "from_name", "to", "subject", "text", "full_text", "message_id", "thread"), "")
    return {**words, "attachments": [], "authenticated": False, "automatic": False, "mailbox": row.mailbox}
