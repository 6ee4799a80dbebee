"""Files that people send as answers: stored under an id that the answer then holds."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from engine.desk.answers import FileContent, Upload
from engine.store import files

MAX_NAME = 200


def stored_as(raw: Mapping[str, Any], whose: str) -> tuple[dict[str, Any], tuple[FileContent, ...]]:
    """The answers with each upload as a file's value, and the files to store once the answers are right.

    `whose` names the page, so that the same file sent twice there is one, and is never another page's.
    """
    found = {name: _file(value, whose) for name, value in raw.items() if isinstance(value, Upload)}
    return {**raw, **{name: _value(file) for name, file in found.items()}}, tuple(found.values())


def store(c: Connection, case: str, uploads: tuple[FileContent, ...]) -> None:
    for file in uploads:
        files.put(c, file.id, case, file.name, file.mime, file.sha256, file.content)


def _file(upload: Upload, whose: str) -> FileContent:
    digest = sha256(upload.content).hexdigest()
    name = _name(upload.name)
    file_id = sha256(f"{whose}\n{name}\n{digest}".encode()).hexdigest()[:32]
    return FileContent(f"upload-{file_id}", name, upload.mime, digest, upload.content)


def _name(given: str) -> str:
    """The last part of what may be a whole path, without what cannot stand in a file's name."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-MAX_NAME:] or "file"


def _value(file: FileContent) -> dict[str, Any]:
    return {"file": file.id, "name": file.name, "sha256": file.sha256, "size": len(file.content)}
