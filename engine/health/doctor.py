"""Is everything well? Every part is asked at the same time, and each answer says what to do."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution, requires, version
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from engine.clock import utc_now
from engine.desk.envelopes import style_of
from engine.gateways import probes
from engine.gateways.hooks import Style, usable
from engine.health.accounts import MailAccounts
from engine.health.finding import Check, Finding, State
from engine.health.floors import below
from engine.health.way import Way, wrong
from engine.health.ways import refuses_all
from engine.language.connections import Connections
from engine.language.roster import connections_of
from engine.settings import Settings
from engine.store import clocks, health, holds
from engine.store.migration import HEAD
from engine.store.status import AT_WORK
from engine.store.store import Store

PATIENCE = 10.0  # seconds for any one answer
CLOCKS = 2.0  # seconds that clocks may differ
LITTLE, TOO_LITTLE = 1_000_000_000, 100_000_000  # bytes of free space
SOON = timedelta(days=14)  # before a certificate ends


@dataclass(frozen=True)
class Doctor:
    """Asks everything that a workspace stands on. Nothing is changed, no mail is sent."""

    settings: Settings
    store: Store
    more: tuple[tuple[str, Check], ...] = ()  # what others know how to ask, by name

    async def examine(self, ways: tuple[Way, ...]) -> list[Finding]:
        """All findings, in the order in which people look for trouble."""
        checks: list[tuple[str, Check]] = [
            ("files", _later(self._files)),
            ("packages", _later(_packages)),
            ("secrets", _later(self._secrets)),
            ("database", self._database),
            *self.more,
            ("worker", self._worker),
            ("web", _later(self._web)),
            *MailAccounts(self.settings, self._written()).checks(),
            ("sending", self._held),
        ]
        found = await asyncio.gather(*(_within(name, check) for name, check in checks))
        return [*(finding for findings in found for finding in findings), *_of_ways(ways)]

    def _written(self) -> Connections:
        return connections_of(self.settings.workspace)() or Connections()

    def _files(self) -> list[Finding]:
        kept = self.settings.kept
        loose = [path for path in (kept, kept / "key") if path.exists() and path.stat().st_mode & 0o077]
        if loose:
            names = " ".join(str(path) for path in loose)
            return [Finding("files", "fail", f"others on this machine can read {names}", f"chmod go-rwx {names}")]
        return [Finding("files", "ok", f"{kept} is closed to others")]

    def _secrets(self) -> list[Finding]:
        named = dict.fromkeys((*_named(self._written()), *self.settings.mail.secrets))
        missing = [name for name in named if not self.settings.secret(name)]
        if useless := dict.fromkeys(self._useless()):
            return [Finding("secrets", "fail", "; ".join(useless), "take it as the other system shows it")]
        do = (
            "give them a value where Baton runs (and in this terminal, to try them out), "
            "or take what names them out of connections.yaml or baton.yaml"
        )
        if missing:
            return [Finding("secrets", "warn", f"not set here: {', '.join(missing)}", do)]
        return [Finding("secrets", "ok", "every secret that connections.yaml and baton.yaml name is set")]

    def _useless(self) -> Iterator[str]:
        """Why secrets that are set can sign nothing, or show nobody who a message is from."""
        for name, one in self._written().connections.items():
            if self.settings.secret(one.webhook_secret or "") and (why := refuses_all(one, self.settings)):
                yield why
            before = self.settings.secret(one.previous_webhook_secret or "")
            if before and (why := usable(style_of(one), before)):
                yield f"{one.previous_webhook_secret} {why}"
            ours = self.settings.secret(one.signing_secret or "")
            if ours and (why := usable(Style(), ours)):
                yield f"{one.signing_secret} {why}; nothing can be sent to {name}"

    async def _database(self) -> list[Finding]:
        kind = self.store.url.get_backend_name()
        try:
            said, trouble, ahead = await self.store.read(_database)
        except SQLAlchemyError as problem:
            why = str(getattr(problem, "orig", problem)).splitlines()[0]
            return [Finding("database", "fail", f"{kind} does not answer: {why}", "see database.url in baton.yaml")]
        if trouble:
            said = f"{kind} is damaged: {' '.join(trouble.split())}"
            return [Finding("database", "fail", said, "restore the last backup")]
        found = [Finding("database", "ok", f"{kind}, {said}, tables {HEAD}")]
        found += [_clock("database", ahead)] if ahead is not None else []
        return [*found, *(_space(Path(self.store.url.database or "")) if kind == "sqlite" else [])]

    async def _worker(self) -> list[Finding]:
        seen = (await self.store.read(lambda c: health.get(c, health.WORKER))).last_well_at
        do = "baton up, or baton worker; its log is in .baton/logs/worker.log"
        if seen is None:
            return [Finding("worker", "fail", "no worker has ever been at work here", do)]
        if datetime.now(UTC) - seen > AT_WORK:
            return [
                Finding("worker", "fail", f"no worker is at work; the last one was seen {seen:%Y-%m-%d %H:%M} UTC", do)
            ]
        return [Finding("worker", "ok", "at work")]

    def _web(self) -> list[Finding]:
        base = self.settings.base_url
        do = "is `baton up` running, does base_url in baton.yaml name it, and does a proxy pass it on?"
        try:
            answer = probes.ask(f"{base}/healthz")
            until = probes.certificate_until(base)
        except OSError as problem:
            return [Finding("web", "fail", f"{base} does not answer from here: {problem}", do)]
        if answer.status != 200:
            return [Finding("web", "fail", f"{base}/healthz answered {answer.status}", do)]
        found = [_certificate(base, until)]
        return found + ([_clock("web", answer.ahead)] if answer.ahead is not None else [])

    async def _held(self) -> list[Finding]:
        found = await self.store.read(holds.listing)
        return [Finding("sending", "warn", hold.words, "baton release") for hold in found] or [
            Finding("sending", "ok", "nothing is on hold")
        ]


def _later(check: Callable[[], list[Finding]]) -> Check:
    return partial(asyncio.to_thread, check)


async def _within(name: str, check: Check) -> list[Finding]:
    """Its findings, or that it took too long or failed in a way that nobody thought of."""
    try:
        return await asyncio.wait_for(check(), PATIENCE)
    except TimeoutError:
        return [Finding(name, "fail", f"no answer within {PATIENCE:g} seconds", "is there a firewall in between?")]
    except Exception as problem:  # an edge: one part that fails must not hide how the others are
        return [Finding(name, "fail", f"{type(problem).__name__}: {problem}", "please report this")]


def _named(written: Connections) -> Iterator[str]:
    """Every environment variable that connections.yaml names."""
    for connection in written.connections.values():
        yield from connection.variables
    yield from written.mail_variables


def _database(c: Connection) -> tuple[str, str, float | None]:
    """Version; what is damaged; seconds by which its clock is ahead of ours."""
    if c.dialect.name == "sqlite":
        found = str(c.scalar(text("PRAGMA quick_check(1)")))
        return f"SQLite {c.scalar(text('SELECT sqlite_version()'))}", "" if found == "ok" else found, None
    ahead = clocks.ahead(c, utc_now) or timedelta(0)
    return f"PostgreSQL {c.scalar(text('SHOW server_version'))}", "", ahead.total_seconds()


def _space(database: Path) -> list[Finding]:
    free = shutil.disk_usage(database.parent).free
    state: State = "fail" if free < TOO_LITTLE else "warn" if free < LITTLE else "ok"
    do = "" if state == "ok" else f"make room on the disk of {database.parent}"
    return [Finding("space", state, f"{free / 1e9:.1f} GB are free beside the database", do)]


def _clock(whose: str, ahead: float) -> Finding:
    if abs(ahead) <= CLOCKS:
        return Finding("clock", "ok", f"ours and that of the {whose} agree")
    do = "let all machines follow a time server: deadlines, signatures and schedules depend on it"
    return Finding(
        "clock", "fail", f"that of the {whose} is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}", do
    )


def _certificate(base: str, until: datetime | None) -> Finding:
    if until is None:
        near = any(part in base for part in ("//127.0.0.1", "//localhost", "//[::1]"))
        if near:
            return Finding(
                "web", "warn", f"{base} answers, on this machine only", "links in mails work nowhere else: base_url"
            )
        return Finding(
            "web", "warn", f"{base} answers, unencrypted", "put it behind https: links and answers can be read"
        )
    left = until - datetime.now(UTC)
    if left < SOON:
        return Finding("web", "warn", f"{base} answers; its certificate ends in {left.days} days", "renew it")
    return Finding("web", "ok", f"{base} answers; its certificate holds until {until:%Y-%m-%d}")


def _packages() -> list[Finding]:
    old = [f"{name} {found} (needs {least})" for name, found, least in below(requires("baton") or [], _installed)]
    if old:
        return [
            Finding(
                "packages", "fail", f"too old or missing: {', '.join(old)}", "install Baton again, from its lock file"
            )
        ]
    return [Finding("packages", "ok", f"Baton {version('baton')} with everything that it needs")]


def _installed(name: str) -> str:
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return ""


def _of_ways(ways: tuple[Way, ...]) -> list[Finding]:
    bad = wrong(ways, datetime.now(UTC))
    return [Finding(way.source, "warn", way.in_words(datetime.now(UTC)), "baton triggers") for way in bad] or [
        Finding("triggers", "ok", f"{len(ways)} ways in and out, none silent or in trouble")
    ]
