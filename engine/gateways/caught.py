"""Mails kept as files: one `.eml` each, numbered in the order they came."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default as modern
from itertools import count
from pathlib import Path

from engine.gateways.mail import Attachment

FOLDER = "mail"  # in `.baton`


@dataclass(frozen=True)
class CaughtMail:
    """What a list shows. `id` is a number such as `0012`, unique in its folder; `to` holds every recipient."""

    id: str
    at: datetime
    sender: str
    to: str
    subject: str
    path: Path


@dataclass(frozen=True)
class OpenedMail:
    """A mail with its parts; `text` and `html` are empty where there is no such part."""

    mail: CaughtMail
    text: str
    html: str
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True)
class Delivery:
    """What an SMTP server was given."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


def keep(folder: Path, deliveries: Sequence[Delivery], number: int) -> tuple[str, ...]:
    """Write mails so that they survive a crash of the machine; their ids, from `number` on.

    Several at once share the work of the disk: the first sync carries the others along.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drafts = [_draft(folder, at, delivery) for at, delivery in enumerate(deliveries)]
    ids: list[str] = []
    for draft in drafts:
        _sync(draft)
        number = _named(draft, folder, number)
        ids.append(f"{number:04}")
        number += 1
    _sync(folder)
    return tuple(ids)


def next_number(folder: Path) -> int:
    return max(map(_number, folder.glob("[0-9]*.eml")), default=0) + 1


def listing(folder: Path) -> tuple[CaughtMail, ...]:
    """All mails of a folder, oldest first; none where there is no folder."""
    return tuple(_summary(path) for path in sorted(folder.glob("[0-9]*.eml"), key=_number))


def show(folder: Path, mail_id: str) -> OpenedMail:
    """One mail. Raises KeyError where there is none of this id."""
    path = folder / f"{mail_id}.eml"
    if not mail_id.isdigit() or not path.is_file():
        raise KeyError(mail_id)
    message = message_from_bytes(path.read_bytes(), policy=modern)
    return OpenedMail(_summary(path), _part(message, "plain"), _part(message, "html"), _attachments(message))


def drop(folder: Path, address: str) -> int:
    """Remove the mails to somebody, or with the (normal) address in any header: how many."""
    gone = [path for path in folder.glob("[0-9]*.eml") if address in _head(path)]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _head(path: Path) -> str:
    return path.read_bytes().partition(b"\r\n\r\n")[0].decode("utf-8", "replace").lower()


def _draft(folder: Path, at: int, delivery: Delivery) -> Path:
    draft = folder / f".{os.getpid()}-{at}.tmp"
    envelope = f"X-Envelope-From: {delivery.sender}\r\nX-Envelope-To: {', '.join(delivery.recipients)}\r\n"
    draft.write_bytes(envelope.encode() + delivery.content)
    return draft


def _named(draft: Path, folder: Path, number: int) -> int:
    """Give the file the next free number; a link, unlike a rename, never replaces a mail."""
    for free in count(number):
        with contextlib.suppress(FileExistsError):
            os.link(draft, folder / f"{free:04}.eml")
            draft.unlink()
            return free
    raise AssertionError("numbers do not end")


def _number(path: Path) -> int:
    return int(path.stem)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _summary(path: Path) -> CaughtMail:
    with path.open("rb") as file:
        headers = BytesHeaderParser(policy=modern).parse(file)
    return CaughtMail(
        id=path.stem,
        at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        sender=str(headers["From"] or headers["X-Envelope-From"]),
        to=str(headers["X-Envelope-To"]),
        subject=str(headers["Subject"] or ""),
        path=path,
    )


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    return "\n".join((*str(part.get_content()).splitlines(), "")) if part else ""


def _attachments(message: EmailMessage) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(part.get_filename() or "", part.get_content_type(), bytes(part.get_payload(decode=True)))
        for part in message.iter_attachments()
    )
