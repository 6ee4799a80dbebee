"""Tasks that are put aside, voted on and given in turn."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("tasks", sa.Column("follow_up", _instant, nullable=True))
    op.add_column("tasks", sa.Column("more_json", sa.Text(), nullable=False, server_default="{}"))
    op.create_table(
        "assignments",
        sa.Column("seq", _serial, nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("rotation", sa.Text(), nullable=False),
        sa.Column("given_to", sa.Text(), nullable=False),
        sa.Column("at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("task", name="uq_assignments_task"),
    )
    op.create_index("ix_assignments_rotation_given_to_seq", "assignments", ["rotation", "given_to", "seq"])
    op.create_index("ix_assignments_given_to_at", "assignments", ["given_to", "at"])
