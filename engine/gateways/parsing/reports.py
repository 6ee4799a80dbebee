"""Reports about mails of ours: bounces (RFC 3464, and what servers wrote before it), and complaints (RFC 5965)."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import HeaderParser
from typing import Any

from flufl.bounce import all_failures

from engine.gateways.parsing.bodies import Part, kind
from engine.gateways.parsing.headers import Fields, clean, normalised
from engine.gateways.parsing.letter import Complaint, Failure
from engine.gateways.parsing.tolerance import tolerant, within
from engine.gateways.parsing.tongues import DAEMON, RETURNED, UNKNOWN

MOST_FAILURES = 100
LONGEST_REASON = 300
SECONDS = 2.0
DEEPEST = 12

_CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_FULL = re.compile(r"quota|mailbox (?:is )?full|over ?quota|insufficient (?:system )?storage|exceed", re.IGNORECASE)
_SPLIT = re.compile(r"\s*;\s*")


def failures(mail: Part, fields: Fields, sender: str, null_sender: bool) -> tuple[Failure, ...]:
    """The addresses that a bounce tells of; a failure without an address where it names none; () for another mail."""
    told = tuple(failure for block in _blocks(mail) if (failure := _failure(block)))
    if told:
        return told[:MOST_FAILURES]
    if not _looks_like(mail, fields, sender, null_sender):
        return ()
    named = fields.addresses("x-failed-recipients")
    if named:
        return tuple(Failure(address, True, "refused by the receiving server") for address in named[:MOST_FAILURES])
    for_now, for_good = within(SECONDS, lambda: tolerant(lambda: all_failures(mail), _NONE), lambda: _NONE)
    why = _excerpt(mail) or "it came back without a reason"
    found = [*_named(for_good, _lasting(why), why), *_named(for_now, False, why, delayed=True)]
    return tuple(found[:MOST_FAILURES]) or (Failure("", _lasting(why), why),)


def complaint(mail: Part) -> Complaint | None:
    """What a feedback report tells; None for another mail, and for one that says that a mail was wanted."""
    for part in _parts(mail, "message/feedback-report"):
        told = _fields_of(part)
        said = told.first("feedback-type").strip().lower()
        if said == "not-spam":
            return None
        to = told.addresses("original-rcpt-to") or told.addresses("removal-recipient")
        return Complaint(to[0] if to else "", said[:40] or "abuse")
    return None


def reported(mail: Part) -> tuple[str, tuple[str, ...]]:
    """Message-ID and addressees of the mail that a report is about, as far as it is enclosed."""
    for name in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"):
        for part in _parts(mail, name):
            about = _fields_of(part)
            if ids := about.ids("message-id"):
                return ids[0], about.addresses("to", "reply-to", "return-path")
    return _reported_in_text(mail)


_NONE: tuple[frozenset[bytes], frozenset[bytes]] = (frozenset(), frozenset())
_ID_LINE = re.compile(r"^[>\s]*message-id:\s*<([^<>\s]{1,990})>", re.IGNORECASE | re.MULTILINE)


def _reported_in_text(mail: Part) -> tuple[str, tuple[str, ...]]:
    """Servers that know no MIME paste the returned mail below their own words."""
    for part in _parts(mail, "text/plain"):
        found = _ID_LINE.search(_words(part)[:200_000])
        if found:
            return clean(found[1]), ()
    return "", ()


def _looks_like(mail: Part, fields: Fields, sender: str, null_sender: bool) -> bool:
    content = fields.first("content-type").lower()
    if "report-type=delivery-status" in content.replace('"', "").replace(" ", "") or fields.has("x-failed-recipients"):
        return True
    daemon = DAEMON.match(sender) is not None or "mailer-daemon" in fields.first("from").lower()
    subject = RETURNED.match(fields.text("subject")) is not None
    return (daemon and (subject or null_sender or _returned(mail))) or (subject and null_sender)


def _returned(mail: Part) -> bool:
    """Whether a daemon's mail without a telling subject gives a mail back."""
    return any(True for _ in _parts(mail, "message/rfc822"))


def _blocks(mail: Part) -> Iterator[Fields]:
    """The paragraphs of a delivery status, each about one address (the first, about the server, has none)."""
    for name in ("message/delivery-status", "message/global-delivery-status"):
        for part in _parts(mail, name):
            inner = part.get_payload()
            if isinstance(inner, list):
                yield from (Fields(block) for block in inner if isinstance(block, Message))
            else:
                text = _words(part).replace("\r\n", "\n")
                yield from (Fields(HeaderParser().parsestr(block)) for block in text.split("\n\n")[:200])


def _failure(block: Fields) -> Failure | None:
    action = block.first("action").strip().lower()
    if not action.startswith(("fail", "delay", "error")):
        return None
    address = _address(block)
    status, said = block.first("status"), block.first("diagnostic-code")
    why = " ".join(filter(None, (status.split("(")[0].strip(), _SPLIT.split(said, 1)[-1]))).strip()
    delayed = action.startswith("delay")
    hard = not delayed and _lasting(f"{status} {said}")
    return Failure(address, hard, clean(why)[:LONGEST_REASON] or "not delivered", delayed)


def _address(block: Fields) -> str:
    for name in ("final-recipient", "original-recipient", "x-actual-recipient"):
        value = _SPLIT.split(block.first(name), 1)[-1].strip().strip("<>")
        if "@" in value and (address := normalised(value.split()[0].strip("<>"))):
            return address
    return ""


def _lasting(said: str) -> bool:
    """Whether an address will never be reached: there is nobody; not: its mailbox is full, or it refuses this mail."""
    code = _CODE.search(said)
    if code and code[1] == "4":
        return False
    if _FULL.search(said) or (code and code[2] == "2" and code[3] in ("2", "3")):
        return False
    if UNKNOWN.search(said):
        return True
    if code is None:
        return not re.search(r"\b4\d\d\b", said)
    return code[2] in ("0", "1", "5") or (code[2], code[3]) in (("2", "1"), ("4", "1"), ("4", "4"))


def _named(addresses: Iterable[bytes], hard: bool, why: str, delayed: bool = False) -> list[Failure]:
    known = (normalised(address.decode("ascii", "replace")) for address in sorted(addresses))
    return [Failure(address, hard, why, delayed) for address in known if address]


def _excerpt(mail: Part) -> str:
    """The sentence of a bounce that says why."""
    for part in _parts(mail, "text/plain"):
        lines = [line.strip() for line in _words(part)[:20_000].splitlines()]
        telling = (
            line
            for line in lines
            if re.search(r"\b[45]\d\d\b|\b[45]\.\d+\.\d+|unknown|full|quota|exceed|reject", line, re.I)
        )
        return clean(next(telling, ""))[:LONGEST_REASON]
    return ""


def _words(part: Part) -> str:
    content: Any = tolerant(lambda: part.get_payload(decode=True), None)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _fields_of(part: Part) -> Fields:
    inner: Any = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return Fields(inner[0])
    return Fields(HeaderParser().parsestr(_words(part).lstrip()[:100_000]))


def _parts(mail: Part, name: str) -> Iterator[Part]:
    """The parts of this type, at most a dozen levels down, but not those within another mail."""
    waiting = [(mail, 0)]
    seen = 0
    while waiting and seen < 1000:
        part, depth = waiting.pop(0)
        seen += 1
        if kind(part) == name:
            yield part
        inner = part.get_payload()
        if isinstance(inner, list) and depth < DEEPEST and kind(part).startswith("multipart/"):
            waiting.extend((one, depth + 1) for one in inner if isinstance(one, Message))
