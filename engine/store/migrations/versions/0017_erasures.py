"""Whoever is forgotten is forgotten by the engine, too."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("asked_at", _instant, nullable=False),
        sa.Column("done_at", _instant, nullable=True),
        sa.PrimaryKeyConstraint("case_id"),
    )
