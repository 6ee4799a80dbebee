"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Written out here: a migration that has run somewhere must not change with the code.
_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _cases()
    _deliveries()
    _effects()
    _files()
    _inbox()
    _incidents()
    _links()
    _plans()
    _signatures()
    _states()
    _subscriptions()
    _tasks()
    _timeline()
    _waits()


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("business_key", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("inputs_json", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", _instant, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("outputs_json", sa.Text(), nullable=False),
        sa.Column("updated_at", _instant, nullable=False),
        sa.Column("next_at", _instant, nullable=True),
        sa.Column("ended_at", _instant, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cases_running", "cases", ["process", "business_key", "status", "started_at"])
    op.create_index("ix_cases_status_started_at", "cases", ["status", "started_at"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _serial, autoincrement=True, nullable=False),
        sa.Column("inbox_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("delivered_at", _instant, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("inbox_id", "case_id", name="uq_deliveries_inbox_id_case_id"),
    )
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["id"],
        sqlite_where=sa.text("delivered_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL"),
    )


def _effects() -> None:
    op.create_table(
        "effects",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("result_json", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("claimed_at", _instant, nullable=False),
        sa.Column("finished_at", _instant, nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_effects_case_id", "effects", ["case_id"])
    op.create_index(
        "ix_effects_in_data",
        "effects",
        ["claimed_at"],
        sqlite_where=sa.text("state = 'in_data'"),
        postgresql_where=sa.text("state = 'in_data'"),
    )


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_files_case_id", "files", ["case_id"])


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("addressed_to", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("data_json", sa.Text(), nullable=False),
        sa.Column("received_at", _instant, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id", name="uq_inbox_id"),
        sa.UniqueConstraint("source", "source_id", name="uq_inbox_source_source_id"),
    )
    op.create_index(
        "ix_inbox_new",
        "inbox",
        ["seq"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index(
        "ix_inbox_events",
        "inbox",
        ["name", "received_at"],
        sqlite_where=sa.text("case_id = ''"),
        postgresql_where=sa.text("case_id = ''"),
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("since", _instant, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "path", "since"),
    )


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("expires_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("ix_links_case_id_path", "links", ["case_id", "path"])


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("plan_json", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("published_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("process", "version"),
    )
    op.create_index("ix_plans_digest", "plans", ["digest"])


def _states() -> None:
    op.create_table(
        "states",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "turn"),
    )


def _signatures() -> None:
    op.create_table(
        "signatures",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("signer_email", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("typed_name", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("signed_at", _instant, nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "path", "signer_email", "document_sha256"),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("match_names", sa.Text(), nullable=True),
        sa.Column("match_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "position"),
    )
    op.create_index(
        "ix_subscriptions_name_match_names_match_hash", "subscriptions", ["name", "match_names", "match_hash"]
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", _instant, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("candidate_groups", sa.Text(), nullable=False),
        sa.Column("candidate_users", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("due", _instant, nullable=True),
        sa.Column("outcomes_json", sa.Text(), nullable=False),
        sa.Column("checklist_json", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("show_json", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("closed_at", _instant, nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_tasks_case_id", "tasks", ["case_id"])
    op.create_index("ix_tasks_status_opened_at", "tasks", ["status", "opened_at"])


def _timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", _instant, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq"),
    )


def _waits() -> None:
    op.create_table(
        "waits",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=False),
        sa.Column("since", _instant, nullable=False),
        sa.Column("due", _instant, nullable=True),
        sa.Column("until", _instant, nullable=True),
        sa.Column("next_at", _instant, nullable=True),
        sa.Column("events_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "path"),
    )
