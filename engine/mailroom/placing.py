"""What becomes of a mail once it is known where it belongs: in one transaction with the note that it was read."""

from dataclasses import replace

from sqlalchemy import Connection

from engine.gateways.parsing import Letter
from engine.language.values import decode
from engine.mailroom import canary, events, reports
from engine.mailroom.sorting import Sorted, Sorting
from engine.mailroom.trust import Doubt
from engine.opening import SIGNAL, open_case
from engine.store import cases, health, inbox, mails, matching, misfires, triage
from engine.store.mails import MailRow
from engine.store.rows import Arrival
from engine.store.triage import Waiting


class Placing(Sorting):
    """Decides (`sort`), and writes what was decided (`write`), which does nothing a second time."""

    def write(self, c: Connection, row: MailRow, letter: Letter | None, sorted_: Sorted) -> None:
        """Everything that comes of the mail, and that it was read: in one transaction."""
        if not mails.settle(c, row.id, "read" if letter else "unreadable"):
            return  # somebody else has read it, a moment ago
        if letter is None:
            self._into_triage(c, events.letter_box(row, events.event_of_nothing(row)), sorted_)
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
        doubt = _reason(sorted_, strangers, running)
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


def _reason(sorted_: Sorted, strangers: list[str], running: list[str]) -> Doubt:
    """Why a mail has reached nobody: what would have to be put right, so a doubt comes first only if it decided."""
    if sorted_.misfires:
        first = sorted_.misfires[0]
        return Doubt("misfire", f"The process {first.process} could not start: {first.reason}")
    nobody = Doubt("stranger" if strangers else "running" if running else "unmatched")
    if sorted_.doubt and nobody.reason == "unmatched":
        return replace(sorted_.doubt, why=f"{sorted_.doubt.why} And no process and no case waits for it.".strip())
    return sorted_.doubt or nobody
