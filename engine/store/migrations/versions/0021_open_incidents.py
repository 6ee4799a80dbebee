"""Open incidents are found by when they began, without reading all that there ever were."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    is_open = sa.text("status = 'open'")
    op.create_index("ix_incidents_open", "incidents", ["since"], sqlite_where=is_open, postgresql_where=is_open)
