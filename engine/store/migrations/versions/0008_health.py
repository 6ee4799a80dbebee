"""What is known of every way in and every way out."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "health",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("last_seen_at", _instant, nullable=True),
        sa.Column("last_well_at", _instant, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("error_since", _instant, nullable=True),
        sa.Column("lag", sa.Float(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_at", _instant, nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )
