"""What operators do: by whom, what was before and after; cases that wait for another one to end; schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("timeline", sa.Column("given_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("timeline", sa.Column("changes_json", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "queue",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("business_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("case_id", name="uq_queue_case_id"),
    )
    op.create_index("ix_queue_process_business_key_seq", "queue", ["process", "business_key", "seq"])
    op.create_table(
        "schedules",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("trigger_id", sa.Text(), nullable=False),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("changed_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("process", "trigger_id"),
    )
