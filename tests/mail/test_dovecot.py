"""A real mail server, and everything that happens to one: kills, restarts, new numbers, wrong passwords."""

import asyncio
import random
import shutil
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.gateways.imap import Login, Server, Trouble, open_folder
from engine.store.store import Store
from engine.store.tables import inbox
from tests.databases import sqlite_template
from tests.mail.dovecot import PASSWORD, USER, Dovecot
from tests.mail.house import house
from tests.mail.mailroom import QUICK, box_of, ingest, kept, mail, running, state, until
from tests.sending.certificates import Authority


@pytest.fixture
def store(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterable[Store]:
    """On SQLite: what is shown here is between the mail server and us."""
    shutil.copy(sqlite_template(tmp_path_factory.mktemp("template")), tmp_path / "baton.db")
    opened = Store.open(f"sqlite:///{tmp_path}/baton.db")
    yield opened
    opened.close()


def pile(number: int) -> list[bytes]:
    """Mails of every kind: of ten, four have a Message-ID of their own, two share one, one has none, three are
    copies byte by byte."""
    kinds = {
        4: lambda n: mail(n, message_id="same@acme.test"),
        5: lambda n: mail(n, message_id="same@acme.test"),
        6: mail,
        7: lambda n: mail(f"copies {n // 50}"),
        8: lambda n: mail(f"copies {n // 50}"),
        9: lambda n: mail(f"copies {n // 50}"),
    }
    return [kinds.get(n % 10, lambda n: mail(n, message_id=f"{n}@acme.test"))(n) for n in range(number)]


def read_and_die(store: Store, server: Dovecot, after: float) -> None:
    """An ingester that is killed so many seconds after it has opened the folder."""
    url = store.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.mail.ingester", url, str(server.port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"reading\n"
        time.sleep(after)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def killed(store: Store, server: Dovecot, mails: int, kills: int) -> list[int]:
    """The pile comes in while the ingester is killed again and again and the folder is numbered anew once; how many
    were kept at each kill."""
    chance, rest, seen = random.Random(1), pile(mails), []
    for kill in range(kills):
        share = len(rest) // (kills - kill) if kill else mails // 2
        server.deliver(rest[:share])
        rest = rest[share:]
        if kill == kills // 2:
            await asyncio.to_thread(server.renumber)
        await asyncio.to_thread(read_and_die, store, server, chance.uniform(0, 0.15))
        seen.append(len(kept(store)))
    server.deliver(rest)
    async with running(ingest(store, box=box_of(server))):
        await until(lambda: len(kept(store)) >= mails, 60)
        await asyncio.sleep(1)
    return seen


async def each_is_there_once(store: Store, folder: Path, mails: int) -> None:
    assert Counter(row.raw for row in kept(store)) == Counter(pile(mails))
    async with house(folder, store) as mailroom:
        await mailroom.reader.read()
    assert store.read_now(lambda c: c.execute(select(func.count()).select_from(inbox)).scalar()) == mails


async def test_ten_kills_and_a_new_numbering_leave_every_mail_once(
    store: Store, server: Dovecot, tmp_path: Path
) -> None:
    seen = await killed(store, server, 100, 10)
    assert len(set(seen)) > 3, f"the kills fell between batches: {seen}"
    await each_is_there_once(store, tmp_path, 100)
    assert server.flags() == set(), "no mail was marked"


@pytest.mark.slow
async def test_a_hundred_kills_and_a_new_numbering_leave_a_thousand_mails_once(
    store: Store, server: Dovecot, tmp_path: Path
) -> None:
    seen = await killed(store, server, 1000, 100)
    assert len(set(seen)) > 50, f"the kills fell between batches: {seen}"
    await each_is_there_once(store, tmp_path, 1000)
    assert server.flags() == set(), "no mail was marked"


async def test_a_new_mail_is_there_long_before_the_next_look(store: Store, server: Dovecot) -> None:
    async with running(ingest(store, box=box_of(server), pace=replace(QUICK, look=60.0))):
        await until(lambda: state(store).last_well_at)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(server.deliver, [mail(1)])
        await until(lambda: kept(store))


async def test_a_server_that_is_started_again_is_gone_back_to(store: Store, server: Dovecot) -> None:
    async with running(ingest(store, box=box_of(server))):
        await until(lambda: state(store).last_well_at)
        await asyncio.to_thread(server.stop)
        await until(lambda: state(store).error_since)
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.deliver, [mail(1)])
        await until(lambda: kept(store))
        await until(lambda: not state(store).error_since)


async def test_a_wrong_password_is_said_in_words(store: Store, server: Dovecot) -> None:
    async with running(ingest(store, box=box_of(server), password="wrong")):
        await until(lambda: "does not let us in" in state(store).last_error)
    said = state(store).last_error
    assert "Look at `username` and at the secret" in said
    assert "wrong" not in said
    assert USER not in said


async def test_a_certificate_is_checked(store: Store, server: Dovecot) -> None:
    own = str(server.folder / "cert.pem")
    for tls, port in (("tls", server.tls_port), ("starttls", server.port)):
        async with running(ingest(store, box=box_of(server, tls=tls, port=port))):
            await until(lambda: "certificate of 127.0.0.1 is not trusted" in state(store).last_error)
        server.deliver([mail(tls)])
        before = len(kept(store))
        async with running(ingest(store, box=box_of(server, tls=tls, port=port, ca=own))):
            await until(lambda before=before: len(kept(store)) == before + 1)


def test_a_certificate_that_has_expired_is_for_the_server_to_renew(server: Dovecot, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.certificate("mail", over=True)
    server.stop()
    shutil.copy(certificate, server.folder / "cert.pem")
    shutil.copy(key, server.folder / "key.pem")
    server.start()
    with pytest.raises(Trouble, match=r"has expired\. Whoever runs that server has to renew it"):
        open_folder(Server("127.0.0.1", server.tls_port, "tls", ca=authority.ca), Login(USER, PASSWORD))


def test_the_machine_s_own_list_of_authorities_counts(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ssl.get_default_verify_paths().openssl_cafile_env, str(server.folder / "cert.pem"))
    folder = open_folder(Server("127.0.0.1", server.tls_port, "tls"), Login(USER, PASSWORD))
    assert folder.uids(0) == []
    folder.close()


def test_a_folder_that_is_not_there_is_named(server: Dovecot) -> None:
    with pytest.raises(Trouble, match="does not open the folder `Answers`"):
        open_folder(Server("127.0.0.1", server.port, "none", "Answers"), Login(USER, PASSWORD))
