"""What was published: versions of processes, which of them is live, and schedules that rest."""

from sqlalchemy import Index, Table

from engine.store.tables.parts import at, metadata, number, words

plans = Table(
    "plans",
    metadata,
    words("process", key=True),
    number("version", key=True),
    words("digest"),
    words("plan_json"),
    words("source"),
    words("author"),
    at("published_at"),
    words("message"),
    Index(None, "digest"),
)

releases = Table(  # which version was made the one that new cases get; the last row of a process counts
    "releases",
    metadata,
    words("process", key=True),
    number("seq", key=True),
    number("version"),
    words("given_by"),
    words("message"),
    at("released_at"),
)

schedules = Table(  # those that somebody has paused; the others have no row
    "schedules",
    metadata,
    words("process", key=True),
    words("trigger_id", key=True),
    words("paused_by"),
    at("changed_at"),
)
