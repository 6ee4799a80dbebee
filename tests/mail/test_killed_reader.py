"""Killed at any moment, the reader neither loses a mail nor takes one twice."""

import asyncio
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from random import Random
from time import sleep

import pytest

from engine.store import mails
from engine.store.mails import Incoming
from tests.mail.house import House
from tests.mail.post import parts, raw

FILES = "SELECT count(*) FROM files WHERE case_id <> ''"
ROWS = "SELECT m.id, m.state, i.state FROM mails m LEFT JOIN inbox i ON i.source = 'mail' AND i.source_id = m.id"


def one(n: int) -> Incoming:
    """Every third mail starts a case and brings a file, every third waits, every third is no mail."""
    text = f"Content-Type: text/plain\n\n{n} seats, please."
    both = parts("mixed", text, f"Content-Type: text/csv; name=a.csv\n\n{n}")
    content = (raw(**both, From=f"a{n}@acme.test"), raw("Hello?\n"), b"\x00")[n % 3]
    return Incoming("office", str(n), content, datetime.now(UTC), "x@x.test")


def kill_often(home: House, kills: int) -> None:
    random, database = Random(7), home.store.url.render_as_string()
    command = [sys.executable, "-m", "tests.mail.killed_reader", str(home.settings.workspace), database]
    for _ in range(kills):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            sleep(random.uniform(0.0, 0.15))
            process.kill()


async def killed(home: House, count: int, kills: int) -> None:
    await home.desk.publish("enquiry")
    await home.store.write(lambda c: [mails.keep(c, one(n)) for n in range(count)])
    await asyncio.to_thread(kill_often, home, kills)
    await home.reader.read()
    await home.settled()
    rows = await home.store.read(lambda c: c.exec_driver_sql(ROWS).all())
    became = Counter((state, where) for _, state, where in rows)
    third = count // 3
    assert became == {("read", "opened"): third, ("read", "triage"): third, ("unreadable", "triage"): third}
    assert len(await home.desk.cases(limit=1_000)) == third
    assert Counter(mail.to for mail in home.mailer.sent) == {f"a{n}@acme.test": 1 for n in range(0, count, 3)}
    stored = await home.store.read(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM files WHERE case_id <> ''").scalar()
    )
    assert stored == third


async def test_killed_five_times_it_takes_every_mail_once(home: House) -> None:
    await killed(home, 120, 5)


@pytest.mark.slow
async def test_killed_fifty_times_it_takes_every_mail_once(home: House) -> None:
    await killed(home, 1_200, 50)
