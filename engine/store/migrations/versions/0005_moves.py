"""Cases can go on with another version."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "moves",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("decided_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_moves_case_id", "moves", ["case_id"])
    op.create_table(
        "moved_paths",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("now_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "path"),
    )
