"""Mail that waits for somebody to decide, and what was decided."""

from sqlalchemy import Index, Table, text

from engine.store.tables.parts import at, at_or_none, metadata, number, words

WAITS = "outcome = ''"

triage = Table(
    "triage",
    metadata,
    words("mail_id", key=True),
    words("reason"),  # a code, see `engine.mailroom.reasons`
    words("why"),  # more about it, in words
    words("case_id"),  # where it seems to belong; empty: nobody knows
    words("path"),  # of the step whose mail it seems to answer, with the round
    number("automatic"),  # 1: no person wrote it
    at("since"),
    words("outcome"),  # empty: it waits; attached, started or dismissed
    words("note"),  # what became of it, in words
    words("given_by"),
    at_or_none("closed_at"),
    Index("ix_triage_waits", "since", sqlite_where=text(WAITS), postgresql_where=text(WAITS)),
)
