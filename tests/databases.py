"""The databases that tests run on: files made from one template, and a PostgreSQL cluster of our own."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg

from engine.store.store import Store

_SECONDS_TO_START = 30
_UNSAFE_AND_QUICK = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"]


class NoPostgres(Exception):  # noqa: N818  a reason to skip, not an error
    """Why there is no PostgreSQL here."""


class Cluster:
    """A PostgreSQL server on a socket in its own folder, with a migrated database to copy from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._admin = psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True)
        self._admin.execute("CREATE DATABASE template_of_baton")
        _migrate(self._url("template_of_baton"))

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a fresh database."""
        name = f"test_{next(self._numbers)}"
        template = "template1" if empty else "template_of_baton"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self._url(name)
        self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._admin.close()


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
        with _serving([*prefix, binaries / "postgres", "-D", data, "-k", folder, "-h", ""], settings, folder):
            server = Cluster(folder)
            yield server
            server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _serving(command: list[str | Path], settings: list[str], folder: Path) -> Iterator[None]:
    options = [part for setting in settings for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, *options], cwd=folder, stdout=log, stderr=log)
    try:
        _wait_until_ready(process, folder)
        yield
    finally:
        process.terminate()
        process.wait(_SECONDS_TO_START)


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
