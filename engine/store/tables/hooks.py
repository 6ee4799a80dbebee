"""Messages of other systems that came to nothing, and triggers that could not start what they should."""

from sqlalchemy import Column, Index, LargeBinary, Table

from engine.store.tables.parts import at, metadata, words

hooks = Table(  # as they came, until they have started or released something
    "hooks",
    metadata,
    words("id", key=True),  # of the arrival in the inbox, if there is one
    words("connection"),
    words("source_id"),
    words("head_json"),  # headers that are no secret
    Column("body", LargeBinary, nullable=False),
    at("received_at"),
    words("problem"),  # why it was not understood, or not all of it
    words("settled_by"),  # who has seen to it; empty: nobody
    Index(None, "received_at"),
)

misfires = Table(
    "misfires",
    metadata,
    words("inbox_id", key=True),
    words("process", key=True),
    words("trigger_id", key=True),
    words("reason"),
    at("at"),
    words("settled_by"),
    Index(None, "at"),
)
