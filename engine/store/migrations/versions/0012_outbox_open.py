"""Whether an earlier mail to the same person waits is asked for every mail."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    is_open = sa.text("state IN ('held', 'queued', 'sending')")
    op.create_index(
        "ix_outbox_open_to", "outbox", ["recipient", "class"], sqlite_where=is_open, postgresql_where=is_open
    )
