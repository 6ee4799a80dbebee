"""Mail that found no place by itself waits for somebody to decide."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_mail = sa.text("source = 'mail'")
_waits = sa.text("outcome = ''")


def upgrade() -> None:
    op.create_table(
        "triage",
        sa.Column("mail_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Integer(), nullable=False),
        sa.Column("since", _instant, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("closed_at", _instant, nullable=True),
        sa.PrimaryKeyConstraint("mail_id"),
    )
    op.create_index("ix_triage_waits", "triage", ["since"], sqlite_where=_waits, postgresql_where=_waits)
    op.create_index("ix_inbox_mail", "inbox", ["state", "seq"], sqlite_where=_mail, postgresql_where=_mail)
    sender = ["given_by", "received_at"]
    op.create_index("ix_inbox_sender", "inbox", sender, sqlite_where=_mail, postgresql_where=_mail)
