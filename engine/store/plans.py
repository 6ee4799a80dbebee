"""Published processes: every version, kept for the cases that run it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, text

from engine.store.rows import PlanRow
from engine.store.tables import plans

_ROW = (plans.c.process, plans.c.version, plans.c.digest, plans.c.source, plans.c.author, plans.c.published_at)


def publish(c: Connection, process: str, digest: str, plan_json: str, source: str, author: str, at: datetime) -> int:
    """Make this plan the newest version and give its number. It stays as it is if it is the newest already;
    an older plan that comes back is a new version."""
    if c.dialect.name == "postgresql":  # two processes must not take the same number
        c.execute(text("LOCK TABLE plans IN SHARE ROW EXCLUSIVE MODE"))
    newest = latest(c, process)
    if newest and newest.digest == digest:
        return newest.version
    version = newest.version + 1 if newest else 1
    row = {"process": process, "version": version, "digest": digest, "plan_json": plan_json}
    c.execute(insert(plans), row | {"source": source, "author": author, "published_at": at})
    return version


def latest(c: Connection, process: str) -> PlanRow | None:
    """The version that a new case gets."""
    return _one(c, select(*_ROW).where(plans.c.process == process).order_by(plans.c.version.desc()).limit(1))


def by_digest(c: Connection, digest: str) -> str | None:
    """The plan's JSON."""
    found: str | None = c.scalar(select(plans.c.plan_json).where(plans.c.digest == digest).limit(1))
    return found


def of_version(c: Connection, process: str, version: int) -> str | None:
    """The JSON of a version's plan."""
    found: str | None = c.scalar(
        select(plans.c.plan_json).where(plans.c.process == process, plans.c.version == version)
    )
    return found


def processes(c: Connection) -> tuple[PlanRow, ...]:
    """The newest version of every process, by name."""
    newest = select(plans.c.process, func.max(plans.c.version).label("version")).group_by(plans.c.process).subquery()
    both = (plans.c.process == newest.c.process) & (plans.c.version == newest.c.version)
    return tuple(PlanRow(*row) for row in c.execute(select(*_ROW).join(newest, both).order_by(plans.c.process)))


def _one(c: Connection, query: Select[Any]) -> PlanRow | None:
    row = c.execute(query).one_or_none()
    return PlanRow(*row) if row else None
