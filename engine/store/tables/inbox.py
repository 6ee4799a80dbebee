"""Everything that comes from outside, who waits for it, and whether it has got there."""

from sqlalchemy import Column, Index, Table, UniqueConstraint, text

from engine.store.columns import Words
from engine.store.tables.parts import Serial, at, at_or_none, metadata, number, words

_MAIL = "source = 'mail'"

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    words("id"),
    words("source"),
    words("source_id"),
    words("kind"),
    words("name"),
    words("case_id"),
    words("addressed_to"),
    words("given_by"),
    words("data_json"),
    at("received_at"),
    words("state"),
    UniqueConstraint("id"),
    UniqueConstraint("source", "source_id"),
    Index("ix_inbox_new", "seq", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
    Index(
        "ix_inbox_events",  # those that name no case
        "name",
        "received_at",
        sqlite_where=text("case_id = ''"),
        postgresql_where=text("case_id = ''"),
    ),
    # Mail that waits for somebody, and what one sender has written lately.
    Index("ix_inbox_mail", "state", "seq", sqlite_where=text(_MAIL), postgresql_where=text(_MAIL)),
    Index("ix_inbox_sender", "given_by", "received_at", sqlite_where=text(_MAIL), postgresql_where=text(_MAIL)),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    words("inbox_id"),
    words("case_id"),
    words("kind"),
    number("attempts"),
    words("error"),
    at_or_none("delivered_at"),
    UniqueConstraint("inbox_id", "case_id"),
    Index(
        "ix_deliveries_of_case",
        "case_id",
        sqlite_where=text("delivered_at IS NULL"),
        postgresql_where=text("delivered_at IS NULL"),
    ),
    Index(
        "ix_deliveries_open",
        "id",
        sqlite_where=text("delivered_at IS NULL"),
        postgresql_where=text("delivered_at IS NULL"),
    ),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    words("case_id", key=True),
    number("position", key=True),
    words("path"),
    words("name"),
    Column("match_names", Words, nullable=True),  # the names that must be equal; NULL: not known yet
    Column("match_hash", Words, nullable=True),
    Index(None, "name", "match_names", "match_hash"),
)
