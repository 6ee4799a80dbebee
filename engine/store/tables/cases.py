"""Cases: what people see of them, and the states from which they go on."""

from sqlalchemy import Column, Index, Table, UniqueConstraint, text

from engine.store.columns import Instant, Words
from engine.store.tables.parts import Serial, at, at_or_none, metadata, number, words

cases = Table(
    "cases",
    metadata,
    words("id", key=True),
    words("process"),
    number("version"),
    words("digest"),
    words("title"),
    words("business_key"),
    words("parent"),
    words("inputs_json"),
    words("state"),
    at("started_at"),
    number("turn"),
    words("status"),
    words("health"),
    words("why"),
    words("stage"),
    words("outcome"),
    words("outputs_json"),
    at("updated_at"),
    at_or_none("next_at"),
    at_or_none("ended_at"),
    Index(None, "status", "started_at"),
    # All four: without the last two SQLite prefers the other index, and looks at every open case.
    Index("ix_cases_running", "process", "business_key", "status", "started_at"),
)

waits = Table(
    "waits",
    metadata,
    words("case_id", key=True),
    words("path", key=True),
    number("position"),
    words("step"),
    words("kind"),
    words("title"),
    words("status"),
    words("waiting_for"),
    at("since"),
    at_or_none("due"),
    at_or_none("until"),
    at_or_none("next_at"),
    words("events_json"),
)

incidents = Table(
    "incidents",
    metadata,
    words("case_id", key=True),
    words("path", key=True),
    Column("since", Instant, primary_key=True, nullable=False),
    words("step"),
    words("code"),
    words("message"),
    words("status"),
    Index("ix_incidents_open", "since", sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
)

timeline = Table(
    "timeline",
    metadata,
    words("case_id", key=True),
    number("seq", key=True),
    at("at"),
    words("path"),
    words("kind"),
    words("line"),
    Column("given_by", Words, nullable=False, server_default=""),
    Column("changes_json", Words, nullable=False, server_default=""),  # {before, after}: name -> value; empty: none
)

queue = Table(  # cases that wait for another one of the same key to end, in their order
    "queue",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    words("case_id"),
    words("process"),
    words("business_key"),
    UniqueConstraint("case_id"),
    Index(None, "process", "business_key", "seq"),
)

states = Table("states", metadata, words("case_id", key=True), number("turn", key=True), words("state"))

moves = Table(  # cases that were to go on with another version, and what came of it
    "moves",
    metadata,
    words("id", key=True),  # of the arrival that asked for it
    words("case_id"),
    number("version"),
    words("given_by"),
    words("outcome"),
    words("why"),
    at("decided_at"),
    Index(None, "case_id"),
)

moved_paths = Table(  # where the steps are now to which links, tasks and mails still say another path
    "moved_paths",
    metadata,
    words("case_id", key=True),
    words("path", key=True),
    words("now_at"),
)
