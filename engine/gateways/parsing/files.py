"""Files that came with a mail: names fit for any file system, and not more than a case should take."""

import mimetypes
import re
from email.message import Message
from typing import Any

from engine.gateways.parsing.headers import clean, decoded
from engine.gateways.parsing.letter import Attached
from engine.gateways.parsing.tolerance import tolerant

MOST_FILES = 40
LARGEST_FILE = 15 * 1024 * 1024
LARGEST_TOGETHER = 24 * 1024 * 1024
LONGEST_NAME = 120

_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_SIGNATURES = frozenset(
    (
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
    )
)


class Files:
    """Collects files within the limits; `left_out` tells of the others."""

    def __init__(self) -> None:
        self.kept: list[Attached] = []
        self.left_out: list[str] = []
        self._size = 0

    def add(self, part: "Message[Any, Any]", mime: str) -> None:
        """Take a part as a file; signatures made by programs are not files of anybody's."""
        if mime in _SIGNATURES:
            return
        content = tolerant(lambda: _content(part), None)
        name = name_of(part, mime, len(self.kept) + 1)
        if content is None:
            self.left_out.append(f"“{name}” cannot be decoded")
        elif len(self.kept) >= MOST_FILES:
            self.left_out.append(f"“{name}” is one of more than {MOST_FILES} files")
        elif len(content) > LARGEST_FILE or self._size + len(content) > LARGEST_TOGETHER:
            self.left_out.append(f"“{name}” is too large ({len(content) // 1024} KB)")
        else:
            self._size += len(content)
            self.kept.append(Attached(name, mime if _MIME.fullmatch(mime) else "application/octet-stream", content))


def name_of(part: "Message[Any, Any]", mime: str, number: int) -> str:
    """The file's name: the last part of what was given, without what cannot stand in a name."""
    given = decoded(str(tolerant(part.get_filename, None) or ""))
    last = clean(given).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in _FORBIDDEN.sub("_", last) if letter.isprintable()).strip(" .")
    if not name or _DEVICES.fullmatch(name):
        ending = tolerant(lambda: mimetypes.guess_extension(mime), None) or ".eml" * (mime == "message/rfc822")
        return f"attachment-{number}{ending}"
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME and dot and len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return name[:LONGEST_NAME]


def _content(part: "Message[Any, Any]") -> bytes | None:
    if not part.is_multipart():
        content = part.get_payload(decode=True)
        return content if isinstance(content, bytes) else None
    inner = part.get_payload()
    return inner[0].as_bytes() if isinstance(inner, list) and inner and hasattr(inner[0], "as_bytes") else None
