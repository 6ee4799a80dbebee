"""What is known of every way in and every way out."""

from datetime import UTC, datetime, timedelta

from engine.store import health
from engine.store.health import Health
from engine.store.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


def now(store: Store, source: str = "mailbox/replies") -> Health:
    return store.read_now(lambda c: health.get(c, source))


def test_a_source_of_which_nothing_is_known_was_never_seen(store: Store) -> None:
    assert now(store) == Health("mailbox/replies")
    assert store.read_now(health.everything) == {}


def test_what_was_seen_is_well_and_says_how_long_it_took(store: Store) -> None:
    store.write_now(lambda c: health.seen(c, "mailbox/replies", NOW, lag=2.5))
    assert (now(store).last_seen_at, now(store).last_well_at, now(store).lag) == (NOW, NOW, 2.5)


def test_trouble_counts_from_its_beginning_until_it_is_well_again(store: Store) -> None:
    store.write_now(lambda c: health.trouble(c, "mailbox/replies", "no route", NOW))
    store.write_now(lambda c: health.trouble(c, "mailbox/replies", "wrong password", LATER))
    assert (now(store).error_since, now(store).last_error) == (NOW, "wrong password")
    store.write_now(lambda c: health.well(c, "mailbox/replies", LATER))
    assert (now(store).error_since, now(store).last_error, now(store).last_seen_at) == (None, "wrong password", None)


def test_an_older_sighting_changes_nothing(store: Store) -> None:
    store.write_now(lambda c: health.seen(c, "webhook/crm", LATER))
    store.write_now(lambda c: health.seen(c, "webhook/crm", NOW))
    assert now(store, "webhook/crm").last_seen_at == LATER


def test_people_are_told_of_a_trouble_once(store: Store) -> None:
    told = [
        store.write_now(lambda c, w=what: health.told(c, "mailbox/replies", w, NOW))
        for what in ("", "silent", "silent", "", "silent")
    ]
    assert told == [False, True, False, True, True]
