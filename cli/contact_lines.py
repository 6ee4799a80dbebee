"""A contact as text: who it is, what they get, and everything between them and us."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cli.columns import bold, columns, printable
from cli.show import moment, words
from engine.desk.contacts import Dossier
from engine.store.contacts import Suppression
from engine.store.forgetting import Erased


def gets(against: Sequence[Suppression]) -> str:
    """`everything`, or what they do not get and why: `no marketing (unsubscribed)`."""
    return ", ".join(f"no {'mail' if s.class_ == 'all' else s.class_} ({s.code})" for s in against) or "everything"


def dossier_lines(found: Dossier, zone: ZoneInfo) -> Iterator[str]:
    now = datetime.now(UTC)
    yield bold(printable(found.address))
    yield from _who(found)
    yield ""
    for class_, why in found.gets.items():
        yield f"  {class_:<14} {f'not sent: {printable(why)}' if why else 'sent'}"
    for s in found.suppressions:
        yield f"  {moment(s.since, zone, now)}: {s.code}, {s.class_}{f', by {s.by}' if s.by else ''}"
    yield from _part(
        "Mails",
        ("When", "State", "Process", "Case", "Subject", "Why"),
        [(moment(m.at, zone, now), m.state, m.process, m.case, m.subject, m.reason) for m in found.mails],
    )
    yield from _part(
        "Came back",
        ("When", "For good", "Why"),
        [(moment(b.at, zone, now), "yes" if b.hard else "no", b.reason) for b in found.bounces],
    )
    yield from _part(
        "Cases",
        ("Started", "Case", "Title", "State"),
        [(moment(c.started_at, zone, now), c.id, c.title, words(c.outcome) or c.status) for c in found.cases],
    )
    yield from _part(
        "From them",
        ("When", "What", "Case", "Step"),
        [(moment(h.at, zone, now), words(h.kind), h.case, h.to) for h in found.heard],
    )


def forgotten_lines(gone: Erased) -> Iterator[str]:
    about = "One case was" if len(gone.cases) == 1 else f"{len(gone.cases)} cases were"
    yield f"Forgotten. {about} about them, and the address stood in {gone.rows} other rows."
    if gone.histories:
        which = (
            "history of one ended case"
            if len(gone.histories) == 1
            else f"histories of {len(gone.histories)} ended cases"
        )
        yield f"A worker has the engine delete the {which}; one must be running."
    yield "Backups, logs of mail servers and the mailboxes of others are not ours to erase: see docs/contacts.md."


def _who(found: Dossier) -> Iterator[str]:
    if found.forgotten:
        yield "Forgotten: nothing is sent to this address."
    if contact := found.contact:
        known = (("Name", contact.name), ("Language", contact.locale), ("Time zone", contact.time_zone))
        yield from (f"{label:<10} {printable(value)}" for label, value in known if value)


def _part(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield from ("", bold(title), columns(header, rows))
