"""The outbox's rows: what waits keeps its place, what is on hold stays, and a message is sent by one at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from engine.store import holds, lanes, ledger, outbox
from engine.store.outbox import Letter
from engine.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def letter(n: int, to: str = "ann@acme.test", class_: str = "process", sender: str = "") -> Letter:
    return Letter(f"case-1/step{n}:send", "case-1", "small", f"step{n}", class_, sender, to, f"Mail {n}", f"{n}@n")


def wait(store: Store, one: Letter, code: str = "undo", until: datetime | None = NOW) -> None:
    def write(c: Connection) -> None:
        ledger.claim(c, one.key, case="case-1", path=one.path, purpose="send", kind="email", token="t", at=NOW)
        ledger.post(c, one.key, "t", NOW)
        outbox.wait(c, one, "held", code, "because", until, NOW, one.subject.encode())

    store.write_now(write)


def next_of(store: Store, at: datetime = NOW) -> str:
    row = store.read_now(lambda c: lanes.next_of(c, "", at))
    return row.subject if row else ""


def test_what_waits_is_sent_in_its_order_and_never_before_its_time(store: Store) -> None:
    wait(store, letter(1, "bob@acme.test"), until=LATER)
    wait(store, letter(2))
    wait(store, letter(3))
    assert next_of(store) == "Mail 2"
    assert next_of(store, LATER) == "Mail 1"


def test_nothing_overtakes_what_waits_for_the_same_person_but_what_waits_for_a_decision(store: Store) -> None:
    wait(store, letter(1), until=LATER)
    wait(store, letter(2))
    assert next_of(store) == ""
    assert store.read_now(lambda c: lanes.in_the_way(c, letter(3))) == "behind"
    assert store.read_now(lambda c: lanes.in_the_way(c, letter(3, class_="transactional"))) == ""
    wait(store, letter(4, "bob@acme.test"), code="approval", until=None)
    assert store.read_now(lambda c: lanes.in_the_way(c, letter(5, "bob@acme.test"))) == ""


@pytest.mark.parametrize(("code", "way"), [("hold", "lane"), ("rate", "lane"), ("quiet", "")])
def test_what_only_waits_for_its_turn_is_not_overtaken_at_the_same_sender(store: Store, code: str, way: str) -> None:
    wait(store, letter(1), code=code)
    assert store.read_now(lambda c: lanes.in_the_way(c, letter(2, "bob@acme.test"))) == way
    other = letter(3, "bob@acme.test", sender="surveys")
    assert store.read_now(lambda c: lanes.in_the_way(c, other)) == ""


@pytest.mark.parametrize("scope", ["all", "class marketing", "sender surveys"])
def test_a_hold_stops_what_it_names_and_nothing_else(store: Store, scope: str) -> None:
    store.write_now(lambda c: holds.hold(c, scope, "sam", "wrong list", NOW))
    store.write_now(lambda c: holds.hold(c, scope, "priya", "again", LATER))
    found = store.write_now(lambda c: holds.over(c, "marketing", "surveys"))
    assert found
    assert (found.scope, found.by, found.reason, found.since) == (scope, "sam", "wrong list", NOW)
    assert bool(store.write_now(lambda c: holds.over(c, "process", ""))) == (scope == "all")
    wait(store, letter(1))
    assert next_of(store) == ("" if scope == "all" else "Mail 1")
    assert store.write_now(lambda c: holds.release(c, scope))
    assert not store.write_now(lambda c: holds.release(c, scope))


def test_a_hold_knows_what_is_still_under_way(store: Store) -> None:
    store.write_now(lambda c: outbox.sending(c, letter(1, class_="marketing"), NOW))
    counts = [store.read_now(lambda c, s=s: holds.under_way(c, s)) for s in ("all", "class marketing", "sender x")]  # type: ignore[misc]
    assert counts == [1, 1, 0]


def test_of_several_only_one_sends_for_a_sender_until_its_time_is_over(store: Store) -> None:
    def lane(holder: str, at: datetime) -> bool:
        return store.write_now(lambda c: lanes.lane(c, "", holder, at, at + timedelta(seconds=5)))

    assert lane("one", NOW)
    assert not lane("two", NOW)
    assert lane("one", NOW + timedelta(seconds=4))
    assert not lane("two", NOW + timedelta(seconds=6))
    assert lane("two", NOW + timedelta(seconds=10))
    store.write_now(lambda c: lanes.leave_lane(c, "", "two"))
    assert lane("one", NOW + timedelta(seconds=11))
    assert lane("two", NOW - timedelta(hours=1)), "a clock that was set back keeps nobody waiting for an hour"


def test_a_message_leaves_as_it_was_read_or_not_at_all(store: Store) -> None:
    wait(store, letter(1))
    row = store.read_now(lambda c: lanes.next_of(c, "", NOW))
    assert row
    assert store.write_now(lambda c: outbox.edit(c, row, "Another", b"another", "sam"))
    assert not store.write_now(lambda c: outbox.edit(c, row, "Yet another", b"yet", "priya"))
    assert not store.write_now(lambda c: lanes.leaves(c, row))
    edited = store.read_now(lambda c: outbox.named(c, str(row.seq)))
    assert edited
    assert (edited.subject, edited.by, edited.mail) == ("Another", "sam", b"another")
    assert store.write_now(lambda c: lanes.leaves(c, edited))
    assert not store.write_now(lambda c: lanes.leaves(c, edited))


def test_a_message_whose_sender_died_is_found(store: Store) -> None:
    wait(store, letter(1))
    row = store.read_now(lambda c: outbox.of(c, letter(1).key))
    assert row
    store.write_now(lambda c: (lanes.leaves(c, row), ledger.collect(c, row.key, "p", NOW)))
    assert store.read_now(lambda c: lanes.died(c, NOW)) == ()
    assert [r.key for r in store.read_now(lambda c: lanes.died(c, LATER))] == [row.key]


def test_a_message_that_was_agreed_to_keeps_its_place(store: Store) -> None:
    wait(store, letter(1), code="approval", until=None)
    agreed = Letter(**{**{n: getattr(letter(1), n) for n in Letter.__slots__}, "key": "k", "draft": letter(1).key})
    store.write_now(lambda c: outbox.sending(c, agreed, LATER))
    (row,) = store.read_now(outbox.listing)
    assert (row.key, row.state, row.created_at, row.mail) == ("k", "sending", NOW, None)


def test_a_bounce_is_found_by_the_id_of_the_message(store: Store) -> None:
    store.write_now(lambda c: outbox.sending(c, letter(1), NOW))
    store.write_now(lambda c: outbox.end(c, letter(1), "sent", NOW))
    row = store.write_now(lambda c: outbox.bounced(c, "1@n", "no such user", LATER))
    assert row
    assert (row.state, row.reason, row.case) == ("bounced", "no such user", "case-1")
    assert store.write_now(lambda c: outbox.bounced(c, "unknown@n", "no", LATER)) is None


def test_the_times_of_each_sender_are_known(store: Store) -> None:
    wait(store, letter(1), until=LATER)
    wait(store, letter(2))
    wait(store, letter(3, sender="surveys"), code="approval", until=None)
    assert store.read_now(lanes.due) == {"": NOW}


def test_only_what_waits_is_called_off(store: Store) -> None:
    wait(store, letter(1))
    store.write_now(lambda c: outbox.sending(c, letter(2), NOW))
    assert store.read_now(lambda c: outbox.of_case(c, "case-1")) == ((letter(1).key, "undo"),)
    store.write_now(lambda c: (ledger.call_off(c, letter(1).key), outbox.cancel(c, letter(1).key, "stopped", NOW)))
    row, effect = store.read_now(lambda c: (outbox.of(c, letter(1).key), ledger.look(c, letter(1).key)))
    assert row
    assert effect
    assert (row.state, row.mail, effect.state) == ("cancelled", None, "claimed")
