"""The databases that tests run on: files made from one template, and a PostgreSQL cluster of our own."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from engine.store.store import Store
from engine.store.tables import metadata

_SECONDS_TO_START = 30
_UNSAFE_AND_QUICK = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"]


_END_THE_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

_END_OTHERS_THAN = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND NOT pid = ANY(%s)
"""


class NoPostgres(Exception):  # noqa: N818  a reason to skip, not an error
    """Why there is no PostgreSQL here."""


class Cluster:
    """A PostgreSQL server on a socket in its own folder, with one database that is emptied after each test.

    A new database for each, copied from a template, takes 10 to 100 ms depending on the disk; emptying takes 3.
    """

    def __init__(self, folder: Path, server: "_Server") -> None:
        self._folder = folder
        self._server = server
        with self._admin("postgres") as c:
            c.execute("CREATE DATABASE baton")
            c.execute("CREATE DATABASE without_tables")
        _migrate(self._url("baton"))

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def _admin(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(f"host={self._folder} user=postgres dbname={name}", autocommit=True)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a database with all tables and nothing in them."""
        yield self._url("baton")
        with self._admin("baton") as c:
            # What a test forgot to close must not hold up the next one.
            c.execute(_END_THE_OTHERS)
            c.execute(";".join(f"DELETE FROM {table}" for table in metadata.tables))

    def hang_up(self) -> None:
        """As a server that is started anew: whoever is connected is cut off, in whatever they do."""
        with self._admin("baton") as c:
            c.execute(_END_THE_OTHERS)

    def die(self, seconds: float) -> None:
        """As a server that loses its power, and is started again after so long: nobody is warned."""
        self._server.end(signal.SIGQUIT)
        time.sleep(seconds)
        self._server.start()

    def fill_up(self, seconds: float) -> None:
        """Somebody else has all connections that the server gives, for so long; and everybody needs a new one."""
        taken: list[psycopg.Connection[tuple[object, ...]]] = []
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                with suppress(psycopg.OperationalError):
                    taken.append(self._admin("baton"))
                    continue
                ours = [connection.info.backend_pid for connection in taken]
                taken[0].execute(_END_OTHERS_THAN, [ours])
                time.sleep(0.2)
        finally:
            for connection in taken:
                connection.close()

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """The URL of a database without tables."""
        yield self._url("without_tables")
        with self._admin("without_tables") as c:
            c.execute(_END_THE_OTHERS)
            c.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


@contextmanager
def cluster(settings: list[str] = _UNSAFE_AND_QUICK) -> Iterator[Cluster]:
    """Start a server and stop it at the end. Raises NoPostgres with the reason."""
    binaries = _binaries()
    prefix = _as_somebody_else()
    # Not below pytest's own folder: the server's user may not enter that, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="baton-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        initdb: list[str | Path] = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run([*prefix, *initdb], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        options = [part for setting in settings for part in ("-c", setting)]
        command: list[str | Path] = [*prefix, binaries / "postgres", "-D", data, "-k", folder, "-h", "", *options]
        server = _Server(command, folder)
        server.start()
        try:
            yield Cluster(folder, server)
        finally:
            server.end(signal.SIGTERM)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class _Server:
    """The process. SIGTERM lets it end in order, SIGQUIT does not."""

    command: list[str | Path]
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=log)
        _wait_until_ready(self.process, self.folder)

    def end(self, how: signal.Signals) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait(_SECONDS_TO_START)


def _wait_until_ready(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(_SECONDS_TO_START * 20):
        with suppress(psycopg.OperationalError):
            return psycopg.connect(f"host={folder} user=postgres dbname=postgres").close()
        time.sleep(0.05)
        if process.poll() is not None:
            break
    raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise NoPostgres("there are no PostgreSQL binaries on this machine")
    return found[-1].parent if found else Path(str(on_path)).parent


def _as_somebody_else() -> list[str]:
    """The server refuses to run as root, and it must not outlive tests that were killed."""
    if not shutil.which("setpriv"):
        raise NoPostgres("setpriv (util-linux) is missing")
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig=INT"]


def _migrate(url: str) -> None:
    store = Store.open(url)
    store.migrate()
    store.close()


def sqlite_template(folder: Path) -> Path:
    """A migrated SQLite database to copy."""
    _migrate(f"sqlite:///{folder}/template.db")
    return folder / "template.db"
