"""`baton up`: the real stack as a process, started, disturbed, stopped and started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from engine.gateways.caught import listing
from tests.cli.conftest import ACME, Baton

PATIENCE = 60.0


class Up:
    """A running `baton up`."""

    def __init__(self, workspace: Path, process: "subprocess.Popen[str]", log: Path) -> None:
        self.workspace, self.process, self._log = workspace, process, log

    @property
    def said(self) -> str:
        return self._log.read_text()

    @property
    def web(self) -> str:
        return str(json.loads((self.workspace / ".baton" / "up.json").read_text())["web"])

    def children(self) -> dict[str, int]:
        """Process ids by the first word of the part: worker, web, temporal."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        lines = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in found}
        return {("temporal" if b"server" in line else line[3].decode()): pid for pid, line in lines.items()}

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def up(workspace: Path, tmp_path: Path) -> Iterator[Up]:
    log = tmp_path / "up.txt"
    command = [sys.executable, "-m", "cli.main", "up", "--port", "0"]
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=workspace, stdout=out, stderr=out, text=True)
    running = Up(workspace, process, log)
    try:
        until(lambda: "Stop with Ctrl-C" in running.said or process.poll() is not None)
        assert process.poll() is None, running.said
        yield running
    finally:
        if process.poll() is None:
            running.stop()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def mails(workspace: Path) -> list[str]:
    return [mail.to for mail in listing(workspace / ".baton" / "mail")]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_a_stack_serves_and_goes_on_after_it_was_stopped(baton: Baton, workspace: Path, tmp_path: Path) -> None:
    with up(workspace, tmp_path) as running:
        assert urlopen(f"{running.web}/readyz").status == 200
        assert baton("link", "client-survey", "--form", "--json").json["url"].startswith(running.web)
        case = baton("start", "client-onboarding", *ACME, "--json").json["case"]
        until(lambda: mails(workspace))
        assert running.stop(signal.SIGINT) == 0
        assert "Stopped" in running.said
    (workspace / "definitions" / "processes" / "client-survey.yaml").unlink()
    with up(workspace, tmp_path) as running:
        assert "client-survey has no file any more, and stays published" in running.said
        baton("do-now", case, "welcome")
        until(lambda: len(mails(workspace)) == 2)


def test_a_second_up_is_told_of_the_first(baton: Baton, workspace: Path, tmp_path: Path) -> None:
    with up(workspace, tmp_path) as running:
        said = baton("up")
        assert said.code == 1
        assert str(running.process.pid) in said.err
        assert running.web in said.err


def test_a_part_that_dies_is_started_again_and_all_die_with_their_parent(
    baton: Baton, workspace: Path, tmp_path: Path
) -> None:
    with up(workspace, tmp_path) as running:
        os.kill(running.children()["worker"], signal.SIGKILL)
        until(lambda: "was killed" in running.said)
        until(lambda: len(running.children()) == 3)
        baton("start", "client-onboarding", *ACME)
        until(lambda: mails(workspace))
        parts = running.children()
        running.process.kill()
        running.process.wait(PATIENCE)
        until(lambda: all(gone(pid) for pid in parts.values()))


def test_temporal_may_die_too(baton: Baton, workspace: Path, tmp_path: Path) -> None:
    with up(workspace, tmp_path) as running:
        os.kill(running.children()["temporal"], signal.SIGKILL)
        baton("start", "client-onboarding", *ACME)
        until(lambda: mails(workspace))
        assert "The Temporal server ended" in running.said


def test_a_busy_port_is_named_with_the_way_out(baton: Baton, workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = baton("up", "--port", str(taken.getsockname()[1]))
    assert said.code == 1
    assert "BATON_WEB_PORT" in said.err


def test_a_database_that_does_not_answer_is_named(
    baton: Baton, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("BATON_WEB_PORT", "0")
    for command in (["up", "--port", "0"], ["status"], ["tasks"], ["web"]):
        said = baton(*command)
        assert said.code == 1
        assert "the database cannot be opened" in said.err


def test_a_worker_without_a_mail_server_says_what_is_missing(baton: Baton, workspace: Path) -> None:
    said = baton("worker")
    assert said.code == 1
    assert "mail.smtp.host" in said.err
