"""A turn looks for what is on its way to its case."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    is_open = sa.text("delivered_at IS NULL")
    op.create_index("ix_deliveries_of_case", "deliveries", ["case_id"], sqlite_where=is_open, postgresql_where=is_open)
