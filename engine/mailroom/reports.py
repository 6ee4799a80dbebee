"""Bounces and complaints: what they change about the mail that they are about, its reader, and its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.gateways.parsing import Failure, Letter
from engine.language.addresses import normal
from engine.mailroom.correlation import Thread
from engine.store import contacts, outbox, threads


@dataclass(frozen=True)
class Report:
    """A bounce or a complaint about a mail of ours. `address`: whom it did not reach, or who complains."""

    thread: Thread
    address: str
    hard: bool
    why: str


def reports_of(letter: Letter, thread: Thread) -> tuple[Report, ...]:
    """What is to be noted, one for each address, that of the mail's reader first; () where nothing is final yet, as
    for a mail that is only late."""
    if letter.complaint:
        return (Report(thread, letter.complaint.address or thread.reader, False, letter.complaint.kind),)
    final = [_report(failure, thread) for failure in letter.failures if not failure.delayed]
    ordered = sorted(final, key=lambda one: (normal(one.address) != normal(thread.reader), not one.hard))
    found: dict[str, Report] = {}
    for one in ordered:
        found.setdefault(normal(one.address), one)
    return tuple(found.values())


def note(c: Connection, letter: Letter, reports: Sequence[Report], at: datetime) -> None:
    """Write down what the reports change, but for their case. Anybody who got a mail of ours can write a bounce about
    it: so it marks only people to whom the case has written."""
    first = reports[0]
    if letter.complaint:
        contacts.complained(c, first.thread.reader, first.why, at)
        return
    named = first.thread.message_id or _latest(c, first.thread)
    if named:
        outbox.bounced(c, named, first.why, at)
    known = threads.written_to(c, first.thread.case) | {normal(first.thread.reader)}
    for report in reports:
        if normal(report.address) in known:
            contacts.bounced(c, report.address, report.hard, report.why, at)


def data_of(letter: Letter, thread: Thread | None, report: Report | None) -> dict[str, Any]:
    """What its event carries; None: there is nothing final to report."""
    return {
        "address": normal(report.address) if report else "",
        "hard": bool(report and report.hard),
        "complaint": bool(letter.complaint),
        "why": report.why if report else "",
        "thread": thread.page if thread else "",
    }


def _report(failure: Failure, thread: Thread) -> Report:
    return Report(thread, failure.address or thread.reader, failure.hard, failure.why)


def _latest(c: Connection, thread: Thread) -> str:
    """The key of the last mail of this step to this reader: an address names no more than that."""
    mails = outbox.listing(c, case=thread.case, to=thread.reader)
    return next((mail.key for mail in reversed(mails) if mail.path == thread.page), "")
