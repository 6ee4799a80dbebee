"""A fresh workspace with `baton up` running in it, and the real commands of its staff."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import TypeVar

from cli.demo.checks import AbortError, SurpriseError, expect
from cli.lock import only_one
from cli.main import run
from cli.problem import UserProblem
from engine.gateways.caught import CaughtMail, OpenedMail, listing, show
from engine.store import quick
from engine.store.quick import CaseStatus
from engine.workspace import FILE

T = TypeVar("T")

PATIENCE = 30.0  # seconds for one thing to happen, on a slow machine
LOOK_AGAIN = 0.03  # seconds
GRACE = 20.0  # seconds for `baton up` to stop


@dataclass(frozen=True)
class House:
    """The workspace at work. `web` is the address of its pages."""

    folder: Path
    web: str
    up: subprocess.Popen[bytes]
    _known: set[str] = field(default_factory=set)  # commands that were run

    @property
    def kept(self) -> Path:
        return self.folder / ".baton"

    def baton(self, *words: str) -> str:
        """Run a command in the workspace; what it printed.

        The first one of its name is a process of its own, as for a user. The
        others run in ours, which saves a second of computing for each.
        """
        code, said = _here(words) if words[0] in self._known else self._as_process(words)
        self._known.add(words[0])
        expect(code == 0, f"`baton {' '.join(words)}` ended with {code}: {said.strip()}")
        return said

    def _as_process(self, words: Sequence[str]) -> tuple[int, str]:
        process = [command(), *words]
        ended = subprocess.run(process, cwd=self.folder, stdout=PIPE, stderr=STDOUT, text=True, check=False)  # noqa: S603
        return ended.returncode, ended.stdout

    def show(self, *words: str) -> None:
        """Run a command whose output is for whoever watches."""
        code = subprocess.run([command(), *words], cwd=self.folder, check=False).returncode  # noqa: S603
        expect(code == 0, f"`baton {' '.join(words)}` ended with {code}")

    def until(self, look: Callable[[], T | None], otherwise: str) -> T:
        """Look again and again until there is something; SurpriseError with the sentence when it takes too long."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            expect(self.up.poll() is None, f"`baton up` has ended by itself: {self.last_words()}")
            time.sleep(LOOK_AGAIN)
        raise SurpriseError(f"{otherwise}, after {PATIENCE:g} seconds. {self._trouble()}".strip())

    def mails(self) -> tuple[CaughtMail, ...]:
        return listing(self.kept / "mail")

    def mail(self, to: str, subject: str) -> OpenedMail:
        """The mail with this subject, as soon as it has come by SMTP."""

        def look() -> CaughtMail | None:
            return next((m for m in self.mails() if to in m.to and m.subject == subject), None)

        return show(self.kept / "mail", self.until(look, f"there is no mail `{subject}` to {to}").id)

    def case(self, case: str) -> CaseStatus:
        found = quick.one(self.database, case)
        if found is None:
            raise SurpriseError(f"the case {case} is not in the database")
        return found

    @property
    def database(self) -> Path:
        return self.kept / "baton.db"

    def last_words(self) -> str:
        lines = (self.kept / "logs" / "up.log").read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def _trouble(self) -> str:
        """What the cases themselves say is wrong."""
        if not self.database.is_file():
            return ""
        cases = [found for c in quick.listing(self.database) if (found := quick.one(self.database, c.id))]
        said = [f"{i.step}: {i.message}" for c in cases for i in c.incidents if i.status == "open"]
        return "Baton says: " + "; ".join(said) if said else ""


def _here(words: Sequence[str]) -> tuple[int, str]:
    with StringIO() as said, redirect_stdout(said), redirect_stderr(said):
        return run(words), said.getvalue()


def command() -> str:
    """The `baton` of this environment."""
    return str(Path(sys.executable).with_name("baton"))


def fresh(folder: Path) -> None:
    """Make the workspace anew, as a user does. Raises UserProblem where somebody works in the old one."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / FILE).is_file():
            raise UserProblem(f"{folder} is not what an earlier demo left; move it away, then try again")
        (folder / ".baton").mkdir(exist_ok=True)
        with only_one(folder / ".baton"):
            shutil.rmtree(folder)
    made = subprocess.run([command(), "init", str(folder)], check=False, stdout=PIPE, stderr=STDOUT, text=True)  # noqa: S603
    expect(made.returncode == 0, f"`baton init` ended with {made.returncode}: {made.stdout}")


def own_environment(folder: Path, values: Mapping[str, str]) -> int:
    """Work in this workspace and leave the settings of the user's own Baton outside; the web's port.

    It holds for us and for all that we start.
    """
    for name in [name for name in os.environ if name.startswith(("BATON_", "TEMPORAL_"))]:
        del os.environ[name]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    os.environ.update({**values, "BATON_WORKSPACE": str(folder), "BATON_WEB_PORT": str(port)})
    return port


@contextmanager
def running(folder: Path, port: int) -> Iterator[House]:
    """`baton up` in the workspace until the end of the block, however that comes."""
    logs = folder / ".baton" / "logs"
    logs.mkdir(parents=True)
    with (logs / "up.log").open("wb") as log:
        # A session of its own: Ctrl-C in the terminal is for us, and we stop it.
        up = subprocess.Popen([command(), "up"], stdin=DEVNULL, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
    try:
        house = House(folder, f"http://127.0.0.1:{port}", up)
        house.until(lambda: "(ready)" in (logs / "up.log").read_text("utf-8", "replace"), "`baton up` is not ready")
        yield house
    finally:
        _stop(up)
    expect(up.returncode == 0, f"`baton up` ended with {up.returncode}: {house.last_words()}")


def _stop(up: subprocess.Popen[bytes]) -> None:
    """Gracefully; at once when that takes too long or somebody presses Ctrl-C again."""
    for asking in (signal.SIGINT, signal.SIGINT, signal.SIGKILL):
        if up.poll() is not None:
            return
        up.send_signal(asking)
        try:
            up.wait(GRACE)
        except (subprocess.TimeoutExpired, AbortError):
            continue
