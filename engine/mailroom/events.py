"""From a mail that was read to the event that cases see, and the files that came with it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from engine.gateways.parsing import Attached, Letter
from engine.language.addresses import normal
from engine.language.process import BOUNCE, REPLY, mailed_to
from engine.language.values import encode
from engine.store import files
from engine.store.mails import MailRow
from engine.store.rows import Arrival

SOURCE = "mail"
LONGEST_TEXT = 50_000
LONGEST_FULL_TEXT = 100_000
"""Characters that a case carries with it; the mail itself is kept whole."""

_KEY = re.compile(r"(/[ftu]/)[\w-]{20,}")


def _discreet(text: str) -> str:
    """Without the keys of our links, which answers quote: who reads an answer must not act as the one who wrote it."""
    return _KEY.sub(r"\1...", text)


def written_to(row: MailRow, letter: Letter, mailbox: str) -> str:
    """The address of ours that a mail was written to, without what names a case in it."""
    local, _, domain = mailbox.lower().rpartition("@")
    for address in (*row.envelope_to, *letter.to):
        given, _, where = address.lower().rpartition("@")
        if where == domain and (given == local or given.startswith(f"{local}+")):
            return mailbox.lower()
    return (letter.to or row.envelope_to or (mailbox,))[0].lower()


def event_of(row: MailRow, letter: Letter, mailbox: str, thread: str = "") -> dict[str, Any]:
    """What `event` is. `mailbox` is its address, `thread` the page path of the step whose mail is answered."""
    return {
        "from": normal(letter.sender) if letter.sender else "",
        "from_name": letter.sender_name,
        "to": written_to(row, letter, mailbox),
        "subject": letter.subject,
        "text": _discreet(letter.text)[:LONGEST_TEXT],
        "full_text": _discreet(letter.full_text)[:LONGEST_FULL_TEXT],
        "attachments": [value_of(row, n, file) for n, file in enumerate(letter.attachments)],
        "message_id": letter.message_id,
        "authenticated": bool(letter.authenticated),
        "automatic": bool(letter.automatic),
        "mailbox": row.mailbox,
        "thread": thread,
    }


def event_of_nothing(row: MailRow) -> dict[str, Any]:
    """What `event` is of a mail that cannot be parsed: all that it would have, and nothing in it."""
    words = dict.fromkeys(("from", "from_name", "to", "subject", "text", "full_text", "message_id", "thread"), "")
    return {**words, "attachments": [], "authenticated": False, "automatic": False, "mailbox": row.mailbox}


def value_of(row: MailRow, number: int, file: Attached) -> dict[str, Any]:
    """A file as expressions see it."""
    digest = sha256(file.content).hexdigest()
    return {"file": f"{row.id}-{number + 1}", "name": file.name, "sha256": digest, "size": len(file.content)}


def keep_files(c: Connection, row: MailRow, attachments: Iterable[Attached], case: str) -> None:
    """Keep what came with the mail as files of the case; of nobody where it is not known yet."""
    for n, file in enumerate(attachments):
        value = value_of(row, n, file)
        files.put(c, value["file"], case, file.name, file.mime, value["sha256"], file.content)


def reply(row: MailRow, case: str, event: Mapping[str, Any]) -> Arrival:
    """A mail that belongs to a case."""
    return _arrival(row, "email", REPLY, case, event)


def letter_box(row: MailRow, event: Mapping[str, Any]) -> Arrival:
    """A mail that belongs to none, yet."""
    return _arrival(row, "email", mailed_to(row.mailbox), "", event)


def report(row: MailRow, case: str, data: Mapping[str, Any], number: int = 0) -> Arrival:
    """The report that a mail did not reach its reader; `number`: of a further address that the same report names."""
    arrival = _arrival(row, "bounce", BOUNCE, case, data)
    return replace(arrival, id=f"{row.id}-{number}", source_id=f"{row.id}-{number}") if number else arrival


def left_out(row: MailRow, case: str, pieces: Iterable[str], at: datetime) -> Arrival:
    """The word for a case that a mail brought more than it takes; the mail itself is kept whole."""
    text = f"Not everything of a mail was taken ({row.id} is kept whole): {'; '.join(pieces)}"
    unique, data = f"{row.id}-left-out-{case}", encode({"text": text, "path": ""})
    return Arrival(unique, "operator", unique, "operator", "note", case, "", "", data, at)


def _arrival(row: MailRow, kind: str, name: str, case: str, data: Mapping[str, Any]) -> Arrival:
    return Arrival(
        id=row.id,
        source=SOURCE,
        source_id=row.id,
        kind=kind,
        name=name,
        case=case,
        to="",
        by=str(data.get("from", "")),
        data_json=encode(data),
        received_at=row.received_at,
    )
