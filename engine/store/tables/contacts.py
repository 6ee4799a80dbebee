"""Tables of people outside: who they are, and what they may not be sent.

An address is always the normal form (`engine.language.addresses.normal`): one mailbox, one text.
"""

from sqlalchemy import Column, Index, Table

from engine.store.tables.parts import Serial, at, at_or_none, metadata, number, words

contacts = Table(
    "contacts",
    metadata,
    words("address", key=True),
    words("name"),
    words("locale"),
    words("time_zone"),
    words("given_by"),  # who said so by hand; empty: a case did
    at("created_at"),
    at("changed_at"),
)

suppressions = Table(  # what somebody is not sent; several may stand beside each other, and each goes by itself
    "suppressions",
    metadata,
    words("address", key=True),
    words("class", key=True),  # all, process or marketing
    words("code", key=True),  # blocked, unsubscribed, bounced or complained
    words("reason"),
    words("given_by"),
    at("since"),
)

bounces = Table(  # mails that came back
    "bounces",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    words("address"),
    number("hard"),  # 1: the address is no good; 0: it did not work this time
    words("reason"),
    at("at"),
    Index(None, "address", "at"),
)

contact_cases = Table(  # the cases that are about somebody
    "contact_cases",
    metadata,
    words("address", key=True),
    words("case_id", key=True),
    Index(None, "case_id"),
)

forgotten = Table(  # whom we were asked to forget: enough to never write to them again, and no more
    "forgotten",
    metadata,
    words("hash", key=True),
    words("given_by"),
    at("at"),
)

erasures = Table(  # cases of somebody who was forgotten, whose histories the engine is to delete
    "erasures",
    metadata,
    words("case_id", key=True),
    at("asked_at"),
    at_or_none("done_at"),
)
