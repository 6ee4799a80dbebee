"""What colleagues were told of."""

from sqlalchemy import Table

from engine.store.tables.parts import at, metadata, number, words

notices = Table(  # the digest of each colleague: the one that is being sent, or the last one
    "notices",
    metadata,
    words("user_id", key=True),
    at("since"),
    at("upto"),
    number("done"),  # 0: it is being sent, and sent again should that worker die
)
