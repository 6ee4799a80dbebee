"""A folder of a mail server, the real one and its twin: what both must do."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from engine.gateways.imap import Folder, Login, MemoryServer, Server, Trouble, open_folder
from tests.mail.dovecot import PASSWORD, USER, Dovecot
from tests.mail.mailroom import mail

LAST_YEAR = datetime.now(UTC).replace(microsecond=0) - timedelta(days=400)
WAIT = 60.0  # seconds, if nothing happens


@dataclass
class Kind:
    """A server as tests use it."""

    open: Callable[[], Folder]
    refused: Callable[[], Folder]
    deliver: Callable[[bytes, datetime | None], None]
    renumber: Callable[[], None]


@pytest.fixture(params=["memory", "dovecot"])
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    if request.param == "memory":
        twin, where = MemoryServer(PASSWORD), Server("imap.example", 993, "tls")
        yield Kind(
            lambda: twin.open(where, Login(USER, PASSWORD)),
            lambda: twin.open(where, Login(USER, "wrong")),
            lambda raw, at: twin.deliver(raw, at) and None,
            twin.renumber,
        )
        return
    real: Dovecot = request.getfixturevalue("server")
    where = Server("127.0.0.1", real.port, "none")
    yield Kind(
        lambda: open_folder(where, Login(USER, PASSWORD)),
        lambda: open_folder(where, Login(USER, "wrong")),
        lambda raw, at: real.deliver([raw], at),
        real.renumber,
    )


def test_mails_are_found_and_fetched_byte_by_byte(kind: Kind) -> None:
    raw = [mail(1), b"no header at all", b"Subject: \xff\xfe\r\n\r\n\x01)\r\nx\r\n"]
    for one in raw:
        kind.deliver(one, None)
    folder = kind.open()
    uids = folder.uids(0)
    assert list(folder.whole(uids).values()) == raw
    assert [(head.uid, head.size) for head in folder.heads(uids)] == list(zip(uids, map(len, raw), strict=True))
    assert folder.uids(uids[1]) == uids[2:]
    assert folder.uids(uids[2]) == []
    assert folder.look().next_uid == uids[2] + 1
    folder.close()


def test_what_is_not_there_is_left_out(kind: Kind) -> None:
    kind.deliver(mail(1), None)
    folder = kind.open()
    assert (folder.heads([7, 8]), folder.whole([7, 8]), folder.beginning(7)) == ([], {}, b"")
    assert list(folder.whole([1, 7])) == [1]
    folder.close()


def test_the_beginning_of_a_mail_is_its_header(kind: Kind) -> None:
    kind.deliver(mail(1, "x" * 5000), None)
    folder = kind.open()
    assert folder.beginning(1) == mail(1).partition(b"Hello")[0]
    folder.close()


def test_mails_know_when_they_came(kind: Kind) -> None:
    kind.deliver(mail(1), LAST_YEAR)
    kind.deliver(mail(2), None)
    folder = kind.open()
    first, second = folder.heads([1, 2])
    assert first.at == LAST_YEAR
    assert abs(datetime.now(UTC) - second.at) < timedelta(seconds=30)
    assert folder.uids_since((datetime.now(UTC) - timedelta(days=2)).date()) == [2]
    folder.close()


def test_waiting_ends_when_a_mail_comes(kind: Kind) -> None:
    folder = kind.open()
    folder.look()
    threading.Timer(0.3, kind.deliver, (mail(1), None)).start()
    began = time.monotonic()
    folder.wait(WAIT, Event())
    assert time.monotonic() - began < WAIT
    assert folder.uids(0) == [1]
    folder.close()


def test_waiting_ends_when_it_is_told_to(kind: Kind) -> None:
    folder, stop = kind.open(), Event()
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    folder.wait(WAIT, stop)
    assert time.monotonic() - began < WAIT
    folder.close()


def test_a_new_numbering_has_another_epoch(kind: Kind) -> None:
    kind.deliver(mail(1), None)
    folder = kind.open()
    before = folder.look()
    folder.close()
    kind.renumber()
    folder = kind.open()
    assert folder.look().epoch != before.epoch
    assert list(folder.whole(folder.uids(0)).values()) == [mail(1)]
    folder.close()


def test_a_wrong_password_is_a_refusal(kind: Kind) -> None:
    with pytest.raises(Trouble) as trouble:
        kind.refused()
    assert trouble.value.refused
    assert "wrong" not in str(trouble.value)
