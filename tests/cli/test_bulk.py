"""`baton start --csv`."""

import csv
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.store.store import Store
from engine.store.tables import cases
from tests.cli.conftest import Baton
from tests.desk.test_bulk import HEAD, lead

START = ("start", "client-onboarding", "--csv", "leads.csv", "--map", "E-mail=email")


def leads(workspace: Path, *lines: str) -> Path:
    file = workspace / "leads.csv"
    file.write_text("\n".join([HEAD, *lines]))
    return file


def test_if_one_row_is_wrong_nothing_starts_and_the_cell_is_named(baton: Baton, workspace: Path) -> None:
    leads(workspace, lead(1), lead(2, "nobody"))
    said = baton(*START)
    assert said.code == 1
    assert "3     invalid  E-mail: " in said.out
    assert "2 rows: 1 can start, 1 wrong" in said.out
    assert "--skip-invalid" in said.out
    assert baton("status", "--json").json == []


def test_the_rows_that_are_right_start_when_that_is_asked_for(baton: Baton, workspace: Path) -> None:
    leads(workspace, lead(1), lead(2, "nobody"), lead(1))
    said = baton(*START, "--skip-invalid", "--json")
    assert (said.code, said.json["counts"]) == (1, {"started": 1, "invalid": 1, "duplicate": 1})
    assert len(baton("status", "--json").json) == 1


def test_a_check_starts_nothing_and_writes_the_report(baton: Baton, workspace: Path) -> None:
    file = leads(workspace, lead(1), "=cmd,Ann,a@b.test,samm,12 GBP")
    assert baton(*START, "--check").code == 1
    report = file.with_name("leads.report.csv")
    rows = list(csv.reader(report.open(encoding="utf-8-sig")))
    assert rows[1][:3] == ["2", "ready", rows[1][2]]
    assert (rows[2][1], rows[2][3]) == ("invalid", "Account manager")
    assert report.stat().st_mode & 0o077 == 0
    assert baton("status", "--json").json == []


def test_a_good_file_starts_and_ends_well(baton: Baton, workspace: Path) -> None:
    leads(workspace, lead(1), lead(2))
    said = baton(*START)
    assert (said.code, "2 rows: 2 started" in said.out) == (0, True)
    assert "2 rows: 2 started before" in baton(*START).out


@pytest.mark.parametrize("report", ["leads.csv", "./leads.csv", "nowhere/report.csv", "."])
def test_a_report_that_cannot_be_one_is_refused_before_anything_starts(
    baton: Baton, workspace: Path, report: str
) -> None:
    file = leads(workspace, lead(1))
    before = file.read_bytes()
    said = baton(*START, "--report", report)
    assert (said.code, "name another file" in said.err or "is no file" in said.err) == (1, True)
    assert (file.read_bytes(), baton("status", "--json").json) == (before, [])


def test_a_missing_file_and_an_unknown_column_are_said(baton: Baton, workspace: Path) -> None:
    assert "leads.csv cannot be read" in baton(*START).err
    leads(workspace, lead(1)).write_text("Firm,E-mail\nAcme,a@b.test")
    said = baton(*START)
    assert (said.code, "no input is called `Firm`" in said.err) == (1, True)


def test_somebody_at_a_terminal_sees_how_far_it_is(workspace: Path) -> None:
    leads(workspace, *map(lead, range(450)))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cli.main", *START]
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    child = subprocess.Popen(command, cwd=workspace, env=env, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    seen = b""
    with closing(os.fdopen(ours, "rb", 0)) as screen, suppress(OSError):  # the end of a terminal is an error
        while part := screen.read(4096):
            seen += part
    assert child.wait(60) == 0
    for words in (b"Checking", b"Starting", b"0/450", b"450/450"):
        assert words in seen


@contextmanager
def in_the_middle(database: Path) -> Iterator[None]:
    """Some cases have begun, and no other begins meanwhile."""
    end = time.monotonic() + 60
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as c:
        c.execute("BEGIN IMMEDIATE")
        while not (begun := c.execute("SELECT count(*) FROM cases").fetchone()[0]):
            c.execute("ROLLBACK")
            assert time.monotonic() < end, "no case has begun"
            time.sleep(0.02)
            c.execute("BEGIN IMMEDIATE")
        assert begun < 2_000
        yield
        c.execute("ROLLBACK")


@pytest.mark.slow
def test_whoever_stops_it_is_told_how_it_goes_on(workspace: Path) -> None:
    leads(workspace, *map(lead, range(2_000)))
    command = [sys.executable, "-m", "cli.main", *START]
    child = subprocess.Popen(command, cwd=workspace, env=dict(os.environ), stderr=subprocess.PIPE, text=True)
    with in_the_middle(workspace / ".baton" / "baton.db"):
        child.send_signal(signal.SIGINT)
        time.sleep(2)  # it is to notice before the rest is done in no time
    _, said = child.communicate(timeout=60)
    assert (child.returncode, "the same command again goes on" in said) == (1, True)


@pytest.mark.slow
def test_killed_again_and_again_every_row_is_one_case(workspace: Path, store: Store) -> None:
    leads(workspace, *map(lead, range(2_000)))
    command = [sys.executable, "-m", "cli.main", *START, "--json"]
    for pause in (2.0, 2.5, 3.0, 3.5):
        child = subprocess.Popen(command, cwd=workspace, env=dict(os.environ), stdout=subprocess.DEVNULL)
        time.sleep(pause)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert subprocess.run(command, cwd=workspace, capture_output=True, timeout=120).returncode == 0
    assert store.read_now(lambda c: c.scalar(select(func.count()).select_from(cases))) == 2_000
