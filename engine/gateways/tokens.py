"""Links for people outside: long, scoped to one step and one person, stored only as a hash."""

import hashlib
import hmac
import json
import re
from base64 import b32encode, urlsafe_b64encode
from datetime import timedelta

LINK_LIFE = timedelta(days=120)
"""How long a link works after it was last sent: `expires_at` is always the time of sending plus this."""

_TOKEN = re.compile(r"[a-z2-7]{32}")

UNSUBSCRIBE_LIFE = timedelta(days=3653)
"""How long a link to unsubscribe works: ten years. Mails are kept for years, the address may well be written to for
years, and somebody who finds the link of an old mail dead has one way left, which is to report the next one as spam.
It opens nothing but a page on which mails are switched off and on."""

UNSUBSCRIBE = "unsubscribe"
PAGES = {"form": "f", "case_form": "f", "task": "t", "signature": "s", "case": "c", UNSUBSCRIBE: "u"}


def link_token(key: bytes, case: str, path: str, kind: str, recipient: str) -> str:
    """43 characters that name one page of one person; the same for the same four names.

    `kind` is form, task, signature, case_form or case (then the path is empty). Being derived, a repeated
    send carries the same link, and no token has to be kept.
    """
    named = json.dumps([case, path, kind, recipient], ensure_ascii=False).encode()
    return urlsafe_b64encode(hmac.new(key, named, "sha256").digest()).decode().rstrip("=")


def token_hash(token: str) -> str:
    """What the database keeps of a token: its sha256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_token_of(token: str, key: bytes, case: str, path: str, kind: str, recipient: str) -> bool:
    """Whether the token was made by us for exactly this page; compared in constant time."""
    return hmac.compare_digest(token.encode(), link_token(key, case, path, kind, recipient).encode())


def link_url(base_url: str, kind: str, token: str) -> str:
    """The address of a link's page: `/f/TOKEN`, `/t/TOKEN`, `/s/TOKEN` or `/c/TOKEN`."""
    return f"{base_url.rstrip('/')}/{PAGES[kind]}/{token}"


def reply_token(key: bytes, case: str, path: str, recipient: str) -> str:
    """32 letters and digits for the address that answers to one mail go to, and so name its step and its reader.

    Kept in `links` as the hash of itself, with the kind `reply`. Letters are small: mail servers may change their case.
    """
    named = json.dumps([case, path, "reply", recipient], ensure_ascii=False).encode()
    return b32encode(hmac.new(key, named, "sha256").digest()[:20]).decode().lower()


def reply_address(mailbox: str, token: str) -> str:
    """`replies+TOKEN@example.com` for the mailbox `replies@example.com`."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{token}@{domain}"


def reply_token_of(address: str, mailbox: str) -> str:
    """The token in an address of this mailbox; empty where there is none."""
    local, _, domain = mailbox.lower().rpartition("@")
    given, _, where = address.lower().rpartition("@")
    token = given.removeprefix(f"{local}+")
    return token if where == domain and token != given and _TOKEN.fullmatch(token) else ""


def life_of(kind: str) -> timedelta:
    """How long a link of this kind works after it was last sent."""
    return UNSUBSCRIBE_LIFE if kind == UNSUBSCRIBE else LINK_LIFE


def unsubscribe_token(key: bytes, address: str, class_: str) -> str:
    """The token of the page on which whoever has this (normal) address switches off mails of a class; it belongs to
    no case."""
    return link_token(key, "", class_, UNSUBSCRIBE, address)
