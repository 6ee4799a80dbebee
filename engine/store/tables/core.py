"""The tables. Migrations build them; this is how queries name them, and a test holds the two together.

There are no foreign keys on purpose: every table here is written on the hot path, its keys are made by us and
never change, and a case's rows are only ever written through the queries beside this file.
Columns that would need quotes in SQL are spelled out: `case` is `case_id`, `to` is `addressed_to`.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, UniqueConstraint, text

from engine.store.columns import Instant, Words

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)
# SQLite counts up by itself only in a column of exactly this type.
Serial = BigInteger().with_variant(Integer, "sqlite")


def words(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Words, primary_key=key, nullable=False)


def at(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=False)


def at_or_none(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=True)


def number(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=False, autoincrement=False)


plans = Table(
    "plans",
    metadata,
    words("process", key=True),
    number("version", key=True),
    words("digest"),
    words("plan_json"),
    words("source"),
    words("author"),
    at("published_at"),
    words("message"),
    Index(None, "digest"),
)

releases = Table(  # which version was made the one that new cases get; the last row of a process counts
    "releases",
    metadata,
    words("process", key=True),
    number("seq", key=True),
    number("version"),
    words("given_by"),
    words("message"),
    at("released_at"),
)

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

tasks = Table(
    "tasks",
    metadata,
    words("id", key=True),
    words("case_id"),
    words("path"),
    words("step"),
    words("title"),
    words("status"),
    at("opened_at"),
    words("description"),
    words("assignee"),
    words("candidate_groups"),  # |legal|finance|
    words("candidate_users"),
    words("priority"),
    at_or_none("due"),
    words("outcomes_json"),
    words("checklist_json"),
    words("form"),
    words("show_json"),
    words("outcome"),
    words("given_by"),
    at_or_none("closed_at"),
    words("comment"),
    Column("follow_up", Instant, nullable=True),
    words("more_json"),  # what no query asks for: labels, votes, why it is with whom it is ...
    Index(None, "case_id"),
    Index(None, "status", "opened_at"),
)

assignments = Table(  # tasks that were given to somebody in turn
    "assignments",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    words("task"),
    words("rotation"),
    words("given_to"),
    at("at"),
    UniqueConstraint("task"),
    Index(None, "rotation", "given_to", "seq"),
    Index(None, "given_to", "at"),
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

schedules = Table(  # those that somebody has paused; the others have no row
    "schedules",
    metadata,
    words("process", key=True),
    words("trigger_id", key=True),
    words("paused_by"),
    at("changed_at"),
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

effects = Table(
    "effects",
    metadata,
    words("key", key=True),
    words("case_id"),
    words("path"),
    words("purpose"),
    words("kind"),
    words("state"),
    words("recipient"),
    words("result_json"),
    words("error"),
    number("attempts"),
    words("token"),
    words("message_id"),
    at("claimed_at"),
    at_or_none("finished_at"),
    Index(None, "case_id"),
    Index(
        "ix_effects_in_data",
        "claimed_at",
        sqlite_where=text("state = 'in_data'"),
        postgresql_where=text("state = 'in_data'"),
    ),
)

links = Table(
    "links",
    metadata,
    words("hash", key=True),
    words("case_id"),
    words("path"),
    words("kind"),
    words("recipient"),
    at("expires_at"),
    Index(None, "case_id", "path"),
)

files = Table(
    "files",
    metadata,
    words("id", key=True),
    words("case_id"),
    words("name"),
    words("mime"),
    words("sha256"),
    number("size"),
    Column("content", LargeBinary, nullable=False),
    Index(None, "case_id"),
)

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

states = Table("states", metadata, words("case_id", key=True), number("turn", key=True), words("state"))

signatures = Table(
    "signatures",
    metadata,
    words("case_id", key=True),
    words("path", key=True),
    words("signer_email", key=True),
    words("document_sha256", key=True),
    words("signer_name"),
    words("typed_name"),
    words("consent"),
    at("signed_at"),
    words("ip"),
    words("user_agent"),
)
