"""What is known of every way in and every way out: when it was last seen at work, and what is wrong with it."""

from sqlalchemy import Column, Float, Table

from engine.store.tables.parts import at_or_none, metadata, words

health = Table(
    "health",
    metadata,
    words("source", key=True),  # mailbox/NAME, webhook/NAME, schedule/PROCESS/TRIGGER, sender/NAME ...
    at_or_none("last_seen_at"),
    at_or_none("last_well_at"),
    words("last_error"),
    at_or_none("error_since"),
    Column("lag", Float, nullable=True),  # seconds
    words("told"),  # the trouble that people were last told of; empty: none
    at_or_none("told_at"),
)
