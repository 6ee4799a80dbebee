"""Mail as it came in: each once, whole, and in its order."""

from datetime import UTC, datetime

from engine.store import mails
from engine.store.mails import Incoming
from engine.store.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RAW = b"From: ann@acme.test\r\n\r\nH\xe9llo \x00 \xff\r\n"


def mail(source_id: str, raw: bytes = RAW, mailbox: str = "replies") -> Incoming:
    return Incoming(mailbox, source_id, raw, NOW, "ann@acme.test", ("replies@northwind.example", "b@northwind.example"))


def test_a_mail_is_kept_byte_by_byte(store: Store) -> None:
    assert store.write_now(lambda c: mails.keep(c, mail("1")))
    [row] = store.read_now(mails.new)
    assert (row.raw, row.size, row.envelope_from, row.received_at) == (RAW, len(RAW), "ann@acme.test", NOW)
    assert row.envelope_to == ("replies@northwind.example", "b@northwind.example")
    assert store.read_now(lambda c: mails.get(c, row.id)) == row


def test_the_same_mail_is_kept_once_and_another_mailbox_has_its_own(store: Store) -> None:
    kept = [store.write_now(lambda c, m=m: mails.keep(c, m)) for m in (mail("1"), mail("1"), mail("1", mailbox="b"))]
    assert kept == [True, False, True]
    assert len({row.id for row in store.read_now(mails.new)}) == 2


def test_new_mails_come_in_their_order_and_only_until_they_are_settled(store: Store) -> None:
    for number in range(5):
        store.write_now(lambda c, n=number: mails.keep(c, mail(str(n))))
    first, second, *_ = store.read_now(mails.new)
    assert store.write_now(lambda c: mails.settle(c, first.id, "read"))
    assert not store.write_now(lambda c: mails.settle(c, first.id, "unreadable"))
    assert [row.source_id for row in store.read_now(lambda c: mails.new(c, 2))] == [second.source_id, "2"]
    assert store.read_now(lambda c: mails.get(c, "mail-none")) is None
