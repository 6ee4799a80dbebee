"""Bounces and complaints: what they change about the mail that they are about, its reader, and its case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.gateways.parsing import Failure, Letter
from engine.mailroom.correlation import Thread
from engine.store import contacts, outbox


@dataclass(frozen=True)
class Report:
    """A bounce or a complaint about a mail of ours. `address`: whom it did not reach, or who complains."""

    thread: Thread
    address: str
    hard: bool
    why: str


def report_of(letter: Letter, thread: Thread) -> Report | None:
    """What is to be noted; None where nothing is final yet, as for a mail that is only late."""
    if letter.complaint:
        return Report(thread, letter.complaint.address or thread.reader, False, letter.complaint.kind)
    final = [failure for failure in letter.failures if not failure.delayed]
    if not final:
        return None
    first = next((failure for failure in final if _is(failure, thread)), final[0])
    return Report(thread, first.address or thread.reader, first.hard, first.why)


def note(c: Connection, letter: Letter, report: Report, at: datetime) -> None:
    """Write down what the report changes, but for its case."""
    if letter.complaint:
        contacts.complained(c, report.thread.reader, report.why, at)
        return
    named = report.thread.message_id or _latest(c, report.thread)
    if named:
        outbox.bounced(c, named, report.why, at)
    for failure in letter.failures:
        if not failure.delayed:
            contacts.bounced(c, failure.address or report.thread.reader, failure.hard, failure.why, at)


def _is(failure: Failure, thread: Thread) -> bool:
    return failure.address in ("", thread.reader)


def _latest(c: Connection, thread: Thread) -> str:
    """The key of the last mail of this step to this reader: an address names no more than that."""
    mails = outbox.listing(c, case=thread.case, to=thread.reader)
    return next((mail.key for mail in reversed(mails) if mail.path == thread.page), "")
