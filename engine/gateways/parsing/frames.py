"""How a letter goes over the pipe: JSON for its words, and the files as they are."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from engine.gateways.parsing.letter import Attached, Complaint, Failure, Letter


def packed(letter: Letter) -> bytes:
    """The letter as bytes; `unpacked` gives it back."""
    words = asdict(replace(letter, attachments=()))
    words["date"] = letter.date.isoformat() if letter.date else None
    words["attachments"] = [[file.name, file.mime, len(file.content)] for file in letter.attachments]
    head = json.dumps(words).encode()
    return len(head).to_bytes(4, "big") + head + b"".join(file.content for file in letter.attachments)


def unpacked(answer: bytes) -> Letter:
    size = int.from_bytes(answer[:4], "big")
    words: dict[str, Any] = json.loads(answer[4 : 4 + size])
    rest, files = memoryview(answer)[4 + size :], []
    for name, mime, length in words.pop("attachments"):
        files.append(Attached(name, mime, bytes(rest[:length])))
        rest = rest[length:]
    failures = tuple(Failure(**one) for one in words.pop("failures"))
    complaint, date = words.pop("complaint"), words.pop("date")
    lists = {name: tuple(value) for name, value in words.items() if isinstance(value, list)}
    return Letter(
        **{**words, **lists},
        failures=failures,
        complaint=Complaint(**complaint) if complaint else None,
        date=datetime.fromisoformat(date) if date else None,
        attachments=tuple(files),
    )


def request(raw: bytes, authserv: str, null_sender: bool) -> bytes:
    """What the limited process is asked."""
    head = json.dumps([authserv, null_sender]).encode()
    return len(head).to_bytes(4, "big") + head + raw


def asked(frame: bytes) -> tuple[bytes, str, bool]:
    size = int.from_bytes(frame[:4], "big")
    authserv, null_sender = json.loads(frame[4 : 4 + size])
    return frame[4 + size :], authserv, null_sender
