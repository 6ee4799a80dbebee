"""Mail comes in, and each mailbox is read on from where it was."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_new = sa.text("state = 'new'")


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("envelope_to", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Text(), nullable=False),
        sa.Column("received_at", _instant, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id", name="uq_mails_id"),
        sa.UniqueConstraint("mailbox", "source_id", name="uq_mails_mailbox_source_id"),
    )
    op.create_index("ix_mails_copies", "mails", ["mailbox", "digest"])
    op.create_index("ix_mails_new", "mails", ["seq"], sqlite_where=_new, postgresql_where=_new)
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("known_uid", sa.BigInteger(), nullable=False),
        sa.Column("first_at", _instant, nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("held_until", _instant, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
