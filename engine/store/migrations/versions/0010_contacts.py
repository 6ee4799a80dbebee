"""People outside have a place, with what they may not be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_instant = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.Column("changed_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "suppressions",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("since", _instant, nullable=False),
        sa.PrimaryKeyConstraint("address", "class", "code"),
    )
    op.create_table(
        "bounces",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("hard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_bounces_address_at", "bounces", ["address", "at"])
    op.create_table(
        "contact_cases",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", "case_id"),
    )
    op.create_index("ix_contact_cases_case_id", "contact_cases", ["case_id"])
    op.create_table(
        "forgotten",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
