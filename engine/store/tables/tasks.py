"""Tasks, and to whom they were given in turn."""

from sqlalchemy import Column, Index, Table, UniqueConstraint

from engine.store.columns import Instant
from engine.store.tables.parts import Serial, at, at_or_none, metadata, words

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
