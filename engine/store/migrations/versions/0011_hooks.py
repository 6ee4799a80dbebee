"""Messages of other systems that came to nothing, and triggers that could not start what they should."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "hooks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("head_json", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", _instant, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_hooks_received_at", "hooks", ["received_at"])
    op.create_table(
        "misfires",
        sa.Column("inbox_id", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("trigger_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _instant, nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("inbox_id", "process", "trigger_id"),
    )
    op.create_index("ix_misfires_at", "misfires", ["at"])
