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


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Words, primary_key=key, nullable=False)


def _at(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=False)


def _at_or_none(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=True)


def _number(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=False, autoincrement=False)


plans = Table(
    "plans",
    metadata,
    _text("process", key=True),
    _number("version", key=True),
    _text("digest"),
    _text("plan_json"),
    _text("source"),
    _text("author"),
    _at("published_at"),
    _text("message"),
    Index(None, "digest"),
)

releases = Table(  # which version was made the one that new cases get; the last row of a process counts
    "releases",
    metadata,
    _text("process", key=True),
    _number("seq", key=True),
    _number("version"),
    _text("given_by"),
    _text("message"),
    _at("released_at"),
)

cases = Table(
    "cases",
    metadata,
    _text("id", key=True),
    _text("process"),
    _number("version"),
    _text("digest"),
    _text("title"),
    _text("business_key"),
    _text("parent"),
    _text("inputs_json"),
    _text("state"),
    _at("started_at"),
    _number("turn"),
    _text("status"),
    _text("health"),
    _text("why"),
    _text("stage"),
    _text("outcome"),
    _text("outputs_json"),
    _at("updated_at"),
    _at_or_none("next_at"),
    _at_or_none("ended_at"),
    Index(None, "status", "started_at"),
    # All four: without the last two SQLite prefers the other index, and looks at every open case.
    Index("ix_cases_running", "process", "business_key", "status", "started_at"),
)

waits = Table(
    "waits",
    metadata,
    _text("case_id", key=True),
    _text("path", key=True),
    _number("position"),
    _text("step"),
    _text("kind"),
    _text("title"),
    _text("status"),
    _text("waiting_for"),
    _at("since"),
    _at_or_none("due"),
    _at_or_none("until"),
    _at_or_none("next_at"),
    _text("events_json"),
)

tasks = Table(
    "tasks",
    metadata,
    _text("id", key=True),
    _text("case_id"),
    _text("path"),
    _text("step"),
    _text("title"),
    _text("status"),
    _at("opened_at"),
    _text("description"),
    _text("assignee"),
    _text("candidate_groups"),  # |legal|finance|
    _text("candidate_users"),
    _text("priority"),
    _at_or_none("due"),
    _text("outcomes_json"),
    _text("checklist_json"),
    _text("form"),
    _text("show_json"),
    _text("outcome"),
    _text("given_by"),
    _at_or_none("closed_at"),
    _text("comment"),
    Column("follow_up", Instant, nullable=True),
    _text("more_json"),  # what no query asks for: labels, votes, why it is with whom it is ...
    Index(None, "case_id"),
    Index(None, "status", "opened_at"),
)

assignments = Table(  # tasks that were given to somebody in turn
    "assignments",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    _text("task"),
    _text("rotation"),
    _text("given_to"),
    _at("at"),
    UniqueConstraint("task"),
    Index(None, "rotation", "given_to", "seq"),
    Index(None, "given_to", "at"),
)

incidents = Table(
    "incidents",
    metadata,
    _text("case_id", key=True),
    _text("path", key=True),
    Column("since", Instant, primary_key=True, nullable=False),
    _text("step"),
    _text("code"),
    _text("message"),
    _text("status"),
)

timeline = Table(
    "timeline",
    metadata,
    _text("case_id", key=True),
    _number("seq", key=True),
    _at("at"),
    _text("path"),
    _text("kind"),
    _text("line"),
    Column("given_by", Words, nullable=False, server_default=""),
    Column("changes_json", Words, nullable=False, server_default=""),  # {before, after}: name -> value; empty: none
)

queue = Table(  # cases that wait for another one of the same key to end, in their order
    "queue",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    _text("case_id"),
    _text("process"),
    _text("business_key"),
    UniqueConstraint("case_id"),
    Index(None, "process", "business_key", "seq"),
)

schedules = Table(  # those that somebody has paused; the others have no row
    "schedules",
    metadata,
    _text("process", key=True),
    _text("trigger_id", key=True),
    _text("paused_by"),
    _at("changed_at"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _text("case_id", key=True),
    _number("position", key=True),
    _text("path"),
    _text("name"),
    Column("match_names", Words, nullable=True),  # the names that must be equal; NULL: not known yet
    Column("match_hash", Words, nullable=True),
    Index(None, "name", "match_names", "match_hash"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    _text("id"),
    _text("source"),
    _text("source_id"),
    _text("kind"),
    _text("name"),
    _text("case_id"),
    _text("addressed_to"),
    _text("given_by"),
    _text("data_json"),
    _at("received_at"),
    _text("state"),
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
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    _text("inbox_id"),
    _text("case_id"),
    _text("kind"),
    _number("attempts"),
    _text("error"),
    _at_or_none("delivered_at"),
    UniqueConstraint("inbox_id", "case_id"),
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
    _text("key", key=True),
    _text("case_id"),
    _text("path"),
    _text("purpose"),
    _text("kind"),
    _text("state"),
    _text("recipient"),
    _text("result_json"),
    _text("error"),
    _number("attempts"),
    _text("token"),
    _text("message_id"),
    _at("claimed_at"),
    _at_or_none("finished_at"),
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
    _text("hash", key=True),
    _text("case_id"),
    _text("path"),
    _text("kind"),
    _text("recipient"),
    _at("expires_at"),
    Index(None, "case_id", "path"),
)

files = Table(
    "files",
    metadata,
    _text("id", key=True),
    _text("case_id"),
    _text("name"),
    _text("mime"),
    _text("sha256"),
    _number("size"),
    Column("content", LargeBinary, nullable=False),
    Index(None, "case_id"),
)

moves = Table(  # cases that were to go on with another version, and what came of it
    "moves",
    metadata,
    _text("id", key=True),  # of the arrival that asked for it
    _text("case_id"),
    _number("version"),
    _text("given_by"),
    _text("outcome"),
    _text("why"),
    _at("decided_at"),
    Index(None, "case_id"),
)

moved_paths = Table(  # where the steps are now to which links, tasks and mails still say another path
    "moved_paths",
    metadata,
    _text("case_id", key=True),
    _text("path", key=True),
    _text("now_at"),
)

states = Table("states", metadata, _text("case_id", key=True), _number("turn", key=True), _text("state"))

signatures = Table(
    "signatures",
    metadata,
    _text("case_id", key=True),
    _text("path", key=True),
    _text("signer_email", key=True),
    _text("document_sha256", key=True),
    _text("signer_name"),
    _text("typed_name"),
    _text("consent"),
    _at("signed_at"),
    _text("ip"),
    _text("user_agent"),
)
