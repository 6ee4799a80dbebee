"""Every mail has a row in the outbox, whether it leaves at once or waits."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_texts = ("key", "case_id", "process", "path", "class", "sender", "recipient", "subject", "message_id", "state", "code",
          "reason")  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _texts),
        sa.Column("not_before", _instant, nullable=True),
        sa.Column("created_at", _instant, nullable=False),
        sa.Column("finished_at", _instant, nullable=True),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mail", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"])
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.create_index("ix_outbox_recipient_seq", "outbox", ["recipient", "seq"])
    is_open = sa.text("state IN ('held', 'queued', 'sending')")
    op.create_index(
        "ix_outbox_open", "outbox", ["sender", "seq"], sqlite_where=is_open, postgresql_where=is_open
    )  # fmt: skip
    op.create_table(
        "holds",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("scope", "given_by", "reason")),
        sa.Column("since", _instant, nullable=False),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "lanes",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("sender", "holder")),
        sa.Column("until", _instant, nullable=False),
        sa.PrimaryKeyConstraint("sender"),
    )
