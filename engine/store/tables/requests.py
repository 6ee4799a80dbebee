"""Every attempt of every call: when, where to, and how it went. Nothing of what was said, and nobody's data."""

from sqlalchemy import Column, Index, Table

from engine.store.tables.parts import Serial, at, metadata, number, words

requests = Table(
    "requests",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    words("key"),  # of the effect
    words("case_id"),
    words("path"),  # of the step
    words("connection"),
    at("at"),
    words("method"),
    words("host"),
    words("target"),  # the path as connections.yaml writes it, without what is filled in
    number("status"),  # 0: no answer
    number("ms"),
    words("error"),  # its code; empty: well
    Index(None, "case_id"),
    Index(None, "at"),
)
