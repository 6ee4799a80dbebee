"""The parts of a mail, found without recursion and within limits: its text, and what is a file."""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Any, TypeAlias

from engine.gateways.parsing.charsets import text_of
from engine.gateways.parsing.files import Files
from engine.gateways.parsing.headers import clean
from engine.gateways.parsing.page import page_text
from engine.gateways.parsing.tolerance import tolerant

Part: TypeAlias = "Message[Any, Any]"

MOST_PARTS = 500
LONGEST_TEXT = 500_000
"""Characters of text that are kept; a longer mail keeps its beginning."""

_LINES = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class Body:
    """What a mail consists of, part by part."""

    def __init__(self, mail: Part) -> None:
        self.files = Files()
        self._plain: list[str] = []
        self._pages: list[str] = []
        self._budget = MOST_PARTS
        for part in self._leaves(mail):
            self._take(part)

    def text(self) -> str:
        """The text part, or the HTML part as text where there is none."""
        plain = "\n\n".join(text.strip("\n") for text in self._plain if text.strip())
        text = plain or "\n\n".join(filter(None, map(page_text, self._pages)))
        if len(text) > LONGEST_TEXT:
            self.files.left_out.append(f"the text after its first {LONGEST_TEXT:,} characters")
        return text[:LONGEST_TEXT].strip()

    def _leaves(self, mail: Part) -> Iterator[Part]:
        """The parts that hold something, in order; mails within the mail are one part each."""
        waiting = [mail]
        while waiting:
            part = waiting.pop()
            self._budget -= 1
            if self._budget < 0:
                self.files.left_out.append(f"everything after its first {MOST_PARTS} parts")
                return
            inner = part.get_payload()
            if kind(part).startswith("multipart/") and isinstance(inner, list):
                waiting.extend(reversed([one for one in inner if isinstance(one, Message)]))
            else:
                yield part

    def _take(self, part: Part) -> None:
        mime = kind(part)
        shown = tolerant(part.get_content_disposition, None) != "attachment" and not tolerant(part.get_filename, None)
        if not shown or mime not in ("text/plain", "text/html", "text/enriched"):
            if mime.startswith("multipart/") and not part.get_payload():
                return  # nothing in it
            self.files.add(part, mime)
        elif mime == "text/plain":
            self._plain.append(_flowed(part, _text(part)))
        else:
            self._pages.append(_text(part))


def kind(part: Part) -> str:
    """The type of its content: `text/plain`."""
    return tolerant(part.get_content_type, "application/octet-stream")


def _text(part: Part) -> str:
    content = tolerant(lambda: part.get_payload(decode=True), None)
    if not isinstance(content, bytes):
        content = tolerant(lambda: str(part.get_payload()).encode("utf-8", "surrogateescape"), b"")
    charset = str(tolerant(part.get_content_charset, None) or "utf-8")
    text = _LINES.sub("\n", text_of(content, charset)).lstrip("\ufeff")
    return "\n".join(map(clean, text.split("\n")))


def _flowed(part: Part, text: str) -> str:
    """Lines that were broken by the sender's program are one again (RFC 3676)."""
    if str(tolerant(lambda: str(part.get_param("format") or ""), "")).lower() != "flowed":
        return text
    lines: list[str] = []
    joins = False
    for line in text.split("\n"):
        if joins and not line.startswith(">") and not lines[-1].startswith(">") and line != "-- ":
            lines[-1] += line
        else:
            lines.append(line)
        joins = line.endswith(" ") and line != "-- "
    return "\n".join(lines)
