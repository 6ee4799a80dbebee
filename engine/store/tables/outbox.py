"""Tables of what leaves by mail: one row a message, and the switches that hold them back."""

from sqlalchemy import Column, Index, LargeBinary, Table, UniqueConstraint, text

from engine.store.tables.parts import Serial, at, at_or_none, metadata, number, words

OPEN = "state IN ('held', 'queued', 'sending')"
TIMED = "state IN ('held', 'queued') AND not_before IS NOT NULL"
SENDING = "state = 'sending'"
IN_LANE = "state IN ('held', 'queued') AND code IN ('rate', 'hold', 'lane')"

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    words("key"),  # of its effect
    words("case_id"),
    words("process"),
    words("path"),  # of its step, with the round
    words("class"),  # transactional, process, marketing, or staff: what colleagues get
    words("sender"),  # which of the mail accounts; empty: that of baton.yaml
    words("recipient"),
    words("subject"),
    words("message_id"),
    words("state"),
    words("code"),  # why it is not sent, for us: see `engine.store.outbox`
    words("reason"),  # the same in words
    at_or_none("not_before"),  # NULL while it waits: until somebody decides
    at("created_at"),
    at_or_none("finished_at"),
    words("given_by"),  # who decided last: edited, approved, cancelled it
    number("attempts"),
    Column("mail", LargeBinary, nullable=True),  # the message with what belongs to it, only while it waits
    UniqueConstraint("key"),
    Index(None, "case_id"),
    Index(None, "message_id"),
    Index(None, "recipient", "seq"),
    Index("ix_outbox_open_to", "recipient", "class", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    Index("ix_outbox_order", "sender", "class", "seq", sqlite_where=text(TIMED), postgresql_where=text(TIMED)),
    Index("ix_outbox_timed", "sender", "class", "not_before", sqlite_where=text(TIMED), postgresql_where=text(TIMED)),
    Index(
        "ix_outbox_in_lane", "sender", "class", "not_before", sqlite_where=text(IN_LANE), postgresql_where=text(IN_LANE)
    ),
    Index("ix_outbox_sending", "case_id", sqlite_where=text(SENDING), postgresql_where=text(SENDING)),
)

holds = Table(  # what is not to leave at all
    "holds",
    metadata,
    words("scope", key=True),  # all, or `class marketing`, or `sender surveys`
    words("given_by"),
    words("reason"),
    at("since"),
)

lanes = Table(  # who sends what waits for a sender: one worker at a time
    "lanes",
    metadata,
    words("sender", key=True),
    words("holder"),
    at("until"),
)
