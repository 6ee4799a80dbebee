"""One `baton up` in a workspace: the kernel keeps the lock, so a crash never leaves one behind."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.problem import UserProblem


@dataclass(frozen=True)
class Running:
    """Who runs: written beside the lock for whoever comes second."""

    pid: int
    web: str
    port: int = 0  # that the web listens on; 0 where an older Baton has written this


@contextmanager
def only_one(folder: Path) -> Iterator[Callable[[Running], object]]:
    """Hold the workspace's lock; the value tells others who runs. Raises UserProblem where somebody else holds it."""
    about = folder / "up.json"
    with (folder / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise UserProblem(_taken(folder, about)) from problem
        try:
            yield lambda running: about.write_text(json.dumps(asdict(running)))
        finally:
            about.unlink(missing_ok=True)


def runs(folder: Path) -> bool:
    """Whether somebody holds the workspace's lock."""
    try:
        with (folder / "up.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def running(folder: Path) -> Running | None:
    """Who holds the workspace's lock, as far as it is known."""
    return _written(folder / "up.json") if runs(folder) else None


def _written(about: Path) -> Running | None:
    try:
        return Running(**json.loads(about.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _taken(folder: Path, about: Path) -> str:
    said = f"Baton is running already in {folder.parent}"
    other = _written(about)
    if other is None:
        return f"{said}. Stop it there with Ctrl-C first"
    return f"{said} (process {other.pid}, {other.web}). Use that one, or stop it there with Ctrl-C first"
