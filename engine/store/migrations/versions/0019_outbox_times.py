"""What waits for its time, and what is under way, is found without reading everything that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    timed = sa.text("state IN ('held', 'queued') AND not_before IS NOT NULL")
    op.create_index("ix_outbox_timed", "outbox", ["sender", "not_before"], sqlite_where=timed, postgresql_where=timed)
    in_lane = sa.text("state IN ('held', 'queued') AND code IN ('rate', 'hold', 'lane')")
    op.create_index("ix_outbox_in_lane", "outbox", ["sender"], sqlite_where=in_lane, postgresql_where=in_lane)
    sending = sa.text("state = 'sending'")
    op.create_index("ix_outbox_sending", "outbox", ["case_id"], sqlite_where=sending, postgresql_where=sending)
