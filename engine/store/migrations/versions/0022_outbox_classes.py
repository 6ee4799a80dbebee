"""What waits is found class by class, so that what is on hold in one of them does not slow down the others."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

TIMED = "state IN ('held', 'queued') AND not_before IS NOT NULL"
IN_LANE = "state IN ('held', 'queued') AND code IN ('rate', 'hold', 'lane')"


def upgrade() -> None:
    for name in ("ix_outbox_open", "ix_outbox_timed", "ix_outbox_in_lane"):
        op.drop_index(name, "outbox")
    timed, in_lane = sa.text(TIMED), sa.text(IN_LANE)
    order, at = ["sender", "class", "seq"], ["sender", "class", "not_before"]
    op.create_index("ix_outbox_order", "outbox", order, sqlite_where=timed, postgresql_where=timed)
    op.create_index("ix_outbox_timed", "outbox", at, sqlite_where=timed, postgresql_where=timed)
    op.create_index("ix_outbox_in_lane", "outbox", at, sqlite_where=in_lane, postgresql_where=in_lane)
