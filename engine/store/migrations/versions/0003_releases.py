"""Versions have a message, and one of them is released: what was the newest until now."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.add_column("plans", sa.Column("message", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("plans") as plans:
        plans.alter_column("message", server_default=None)
    op.create_table(
        "releases",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("released_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("process", "seq"),
    )
    op.execute(
        """
        INSERT INTO releases (process, seq, version, given_by, message, released_at)
        SELECT process, 1, version, author, '', published_at FROM plans
        WHERE version = (SELECT max(version) FROM plans AS others WHERE others.process = plans.process)
        """
    )
