"""Canary mails: what we send to a mailbox of ours, to see whether and how soon it comes back. They are known by their
subject, which nobody on the way changes, and which nobody else can make."""

import hmac
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

_SUBJECT = re.compile(r"Baton canary ([a-z0-9_-]+)\.([0-9]{10})\.([0-9a-f]{24})")
_LIFE = timedelta(days=2)  # after which one that turns up says nothing any more


def source_of(mailbox: str) -> str:
    """What health knows of its coming back."""
    return f"canary/{mailbox}"


def subject_for(key: bytes, mailbox: str, at: datetime) -> str:
    """The subject of a canary to this mailbox, sent at this time."""
    seconds = f"{at.timestamp():.0f}"
    return f"Baton canary {mailbox}.{seconds}.{_mark(key, mailbox, seconds)}"


def sent_at(key: bytes, mailbox: str, subject: str, now: datetime) -> datetime | None:
    """When this canary was sent; None for any other mail."""
    found = _SUBJECT.fullmatch(subject.strip())
    if found is None or found[1] != mailbox or not hmac.compare_digest(_mark(key, mailbox, found[2]), found[3]):
        return None
    at = datetime.fromtimestamp(int(found[2]), UTC)
    return at if now - at < _LIFE else None


def _mark(key: bytes, mailbox: str, seconds: str) -> str:
    return hmac.new(key, f"canary/{mailbox}/{seconds}".encode(), sha256).hexdigest()[:24]
