"""What colleagues were told of."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("since", _instant, nullable=False),
        sa.Column("upto", _instant, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
