"""The ledger: one row an effect, whatever happens to whoever does it."""

from sqlalchemy import Index, Table, text

from engine.store.tables.parts import at, at_or_none, metadata, number, words

effects = Table(
    "effects",
    metadata,
    words("key", key=True),
    words("case_id"),
    words("path"),
    words("purpose"),
    words("kind"),
    words("state"),
    words("recipient"),
    words("result_json"),
    words("error"),
    number("attempts"),
    words("token"),
    words("message_id"),
    at("claimed_at"),
    at_or_none("finished_at"),
    Index(None, "case_id"),
    Index(
        "ix_effects_in_data",
        "claimed_at",
        sqlite_where=text("state = 'in_data'"),
        postgresql_where=text("state = 'in_data'"),
    ),
)
