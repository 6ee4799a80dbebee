"""Published processes: every version, kept for the cases that run it, and which of them new cases get."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, text

from engine.store.rows import PlanRow, VersionRow
from engine.store.tables import cases, plans, releases

_ROW = (
    plans.c.process,
    plans.c.version,
    plans.c.digest,
    plans.c.source,
    plans.c.author,
    plans.c.message,
    plans.c.published_at,
)


def publish(
    c: Connection,
    process: str,
    digest: str,
    plan_json: str,
    source: str,
    author: str,
    at: datetime,
    message: str = "",
    *,
    draft: bool = False,
) -> int:
    """Keep this plan as a version and give its number; but for a draft it is released.

    The newest version is taken as it is if it has this plan; an older plan that comes back is a new version.
    """
    _one_at_a_time(c)
    last = newest(c, process)
    if last and last.digest == digest:
        version = last.version
    else:
        version = last.version + 1 if last else 1
        row = {"process": process, "version": version, "digest": digest, "plan_json": plan_json, "message": message}
        c.execute(insert(plans), row | {"source": source, "author": author, "published_at": at})
    if not draft:
        release(c, process, version, author, at, message)
    return version


def release(c: Connection, process: str, version: int, by: str, at: datetime, message: str = "") -> None:
    """New cases get this version from now on; nothing changes where they do already."""
    _one_at_a_time(c)
    before = live(c, process)
    if before and before.version == version:
        return
    seq = (c.scalar(select(func.max(releases.c.seq)).where(releases.c.process == process)) or 0) + 1
    row = {"process": process, "seq": seq, "version": version, "given_by": by, "message": message, "released_at": at}
    c.execute(insert(releases), row)


def live(c: Connection, process: str) -> PlanRow | None:
    """The version that a new case gets; None where there is none, or only drafts."""
    return _one(c, _of_live().where(plans.c.process == process))


def before_live(c: Connection, process: str) -> int | None:
    """The version that new cases got before the live one."""
    query = select(releases.c.version).where(releases.c.process == process).order_by(releases.c.seq.desc())
    now, *earlier = c.scalars(query).all() or [None]
    return next((version for version in earlier if version != now), None)


def numbered(c: Connection, process: str, version: int) -> PlanRow | None:
    """A version by its number."""
    return _one(c, select(*_ROW).where(plans.c.process == process, plans.c.version == version))


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
    """The live version of every process, by name."""
    return tuple(PlanRow(*row) for row in c.execute(_of_live().order_by(plans.c.process)))


def versions(c: Connection, process: str) -> tuple[VersionRow, ...]:
    """All versions of a process, newest first."""
    query = select(releases).where(releases.c.process == process).order_by(releases.c.seq)
    released = {row.version: row for row in c.execute(query)}
    now = live(c, process)
    running = _running(c, process)
    found = c.execute(select(*_ROW).where(plans.c.process == process).order_by(plans.c.version.desc()))
    rows = [PlanRow(*row) for row in found]
    return tuple(_version(row, released.get(row.version), now, running.get(row.version, 0)) for row in rows)


def _version(row: PlanRow, release: Any, now: PlanRow | None, running: int) -> VersionRow:
    is_live = now is not None and now.version == row.version
    return VersionRow(
        process=row.process,
        version=row.version,
        digest=row.digest,
        author=row.author,
        message=row.message,
        published_at=row.published_at,
        state="live" if is_live else "past" if release else "draft",
        released_at=release.released_at if release else None,
        released_by=release.given_by if release else "",
        release_message=release.message if release else "",
        cases=running,
    )


def _running(c: Connection, process: str) -> dict[int, int]:
    query = select(cases.c.version, func.count().label("open")).where(
        cases.c.process == process, cases.c.status == "open"
    )
    return {row.version: row.open for row in c.execute(query.group_by(cases.c.version))}


def newest(c: Connection, process: str) -> PlanRow | None:
    """The version with the highest number, draft or not."""
    return _one(c, select(*_ROW).where(plans.c.process == process).order_by(plans.c.version.desc()).limit(1))


def _of_live() -> Select[Any]:
    last = select(releases.c.process, func.max(releases.c.seq).label("seq")).group_by(releases.c.process).subquery()
    is_last = (releases.c.process == last.c.process) & (releases.c.seq == last.c.seq)
    is_it = (plans.c.process == releases.c.process) & (plans.c.version == releases.c.version)
    return select(*_ROW).join(releases, is_it).join(last, is_last)


def _one_at_a_time(c: Connection) -> None:
    if c.dialect.name == "postgresql":  # two processes must not take the same number
        c.execute(text("LOCK TABLE plans, releases IN SHARE ROW EXCLUSIVE MODE"))


def _one(c: Connection, query: Select[Any]) -> PlanRow | None:
    row = c.execute(query).one_or_none()
    return PlanRow(*row) if row else None
