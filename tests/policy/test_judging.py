"""What becomes of a message: asked as the outbox asks it, inside the transaction in which it would leave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from engine.language.calendar import WorkCalendar
from engine.language.restraint import CLASSES, Cap, Quiet
from engine.store import contacts, outbox, policy
from engine.store.outbox import Letter
from engine.store.policy import Ask, Go, Rules, Suppress, Verdict, Wait
from engine.store.store import Store
from engine.store.tables import forgotten

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANN = "ann@acme.test"
NIGHT = Rules(quiet=Quiet.parse("21:00 to 08:00"), zone="Europe/London")
TWO_A_WEEK = Rules({"marketing": Cap.parse("2 per 7 days")})


def ask(class_: str = "process", at: datetime = NOW, address: str = ANN, **more: object) -> Ask:
    return replace(Ask(address, class_, "a-1", "survey", at), **more)  # type: ignore[arg-type]


def judged(store: Store, asked: Ask, rules: Rules = policy.NO_RULES) -> Verdict:
    return store.read_now(lambda c: policy.judge(c, asked, rules))


def send(c: Connection, key: str, class_: str, at: datetime, rules: Rules, process: str = "survey") -> Verdict:
    """As posting does it: one transaction for the question and the row."""
    verdict = policy.judge(c, ask(class_, at, process=process, key=key), rules)
    if isinstance(verdict, Go):
        letter = Letter(key, "a-1", process, "s", class_, "", ANN, "Hello", f"{key}@x")
        outbox.sending(c, letter, at)
        outbox.end(c, letter, "sent", at)
    return verdict


def sent(store: Store, key: str, at: datetime, class_: str = "marketing", process: str = "survey") -> Verdict:
    return store.write_now(lambda c: send(c, key, class_, at, TWO_A_WEEK, process))


@pytest.mark.parametrize("class_", CLASSES)
def test_whoever_stands_nowhere_gets_everything(store: Store, class_: str) -> None:
    assert judged(store, ask(class_)) == Go()


def test_who_unsubscribed_in_one_process_is_not_written_to_by_the_next(store: Store) -> None:
    store.write_now(lambda c: contacts.suppress(c, ANN, "process", "they unsubscribed", "", NOW, "unsubscribed"))
    for process in ("survey", "renewal"):
        assert judged(store, ask(process=process)) == Suppress("they unsubscribed", "unsubscribed")
    assert judged(store, ask("transactional")) == Go()


def test_an_address_that_is_no_good_gets_not_even_what_is_owed(store: Store) -> None:
    store.write_now(lambda c: contacts.bounced(c, ANN, True, "550 no such user", NOW))
    assert isinstance(judged(store, ask("transactional")), Suppress)


def test_somebody_who_was_forgotten_gets_nothing_and_the_database_does_not_say_who(store: Store) -> None:
    rules = Rules(key=b"k" * 32)
    row = {"hash": policy.hash_of("Ann@Acme.test", b"k" * 32), "given_by": "sam", "at": NOW}
    store.write_now(lambda c: c.execute(forgotten.insert().values(**row)))
    verdict = judged(store, ask("transactional"), rules)
    assert isinstance(verdict, Suppress)
    assert verdict.code == "forgotten"
    assert judged(store, ask(address="bob@acme.test"), rules) == Go()


def test_colleagues_are_exempt(store: Store) -> None:
    store.write_now(lambda c: contacts.suppress(c, ANN, "all", "no", "sam", NOW))
    assert judged(store, ask("marketing", NOW.replace(hour=2), staff=True), NIGHT) == Go()


@pytest.mark.parametrize(
    ("zone", "local", "until"),
    [
        ("", "2026-03-02 20:59", ""),
        ("", "2026-03-02 21:00", "2026-03-03 08:00"),
        ("", "2026-03-03 07:59", "2026-03-03 08:00"),
        ("", "2026-03-03 08:00", ""),
        # The night in which the clocks go forward, and the one in which they go back.
        ("Europe/London", "2026-03-28 23:00", "2026-03-29 08:00"),
        ("Europe/London", "2026-10-24 23:00", "2026-10-25 08:00"),
        ("America/New_York", "2026-03-07 22:00", "2026-03-08 08:00"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 08:00"),
        ("Australia/Lord_Howe", "2026-10-03 23:30", "2026-10-04 08:00"),  # half an hour of summer time
        ("Australia/Lord_Howe", "2026-04-04 23:30", "2026-04-05 08:00"),
        ("Mars/Olympus", "2026-03-02 23:00", "2026-03-03 08:00"),  # as a case gave it: then the process's zone
    ],
)
def test_the_night_is_that_of_whoever_is_written_to(store: Store, zone: str, local: str, until: str) -> None:
    store.write_now(lambda c: contacts.find_or_create(c, ANN, zone=zone, at=NOW))
    there = ZoneInfo(zone if zone and zone != "Mars/Olympus" else "Europe/London")
    at = datetime.fromisoformat(local).replace(tzinfo=there).astimezone(UTC)
    verdict = judged(store, ask(at=at, zone="Europe/London"), NIGHT)
    found = verdict.until.astimezone(there).strftime("%Y-%m-%d %H:%M") if isinstance(verdict, Wait) else ""
    assert found == until
    assert judged(store, ask("transactional", at), NIGHT) == Go()


def test_the_end_of_the_night_can_come_twice_and_the_later_one_counts_when_the_first_is_over() -> None:
    zone = ZoneInfo("Europe/London")
    quiet = Quiet.parse("22:00 to 01:45")
    at = datetime(2026, 10, 25, 1, 30, tzinfo=zone, fold=1)
    assert quiet.over(at, zone) - at.astimezone(UTC) == timedelta(minutes=15)


def test_without_a_zone_of_their_own_it_is_the_process_calendars_then_the_workspaces(store: Store) -> None:
    at = NOW.replace(hour=22)
    found = [judged(store, ask(at=at, zone=zone), NIGHT) for zone in ("America/New_York", "")]
    assert [isinstance(one, Wait) for one in found] == [False, True]
    assert isinstance(found[1], Wait)
    assert (found[1].reason, found[1].code) == ("it is 22:00 where they are", "quiet")


def test_office_hours_hold_for_every_class_where_a_step_asks_for_them(store: Store) -> None:
    office = WorkCalendar(ZoneInfo("Europe/London"))
    friday_evening = datetime(2026, 3, 6, 18, tzinfo=UTC)
    verdict = judged(store, ask("transactional", friday_evening, office=office))
    assert verdict == Wait(datetime(2026, 3, 9, 9, tzinfo=UTC), "the office is closed", "hours")
    assert judged(store, ask(office=office)) == Go()


def test_office_hours_and_the_night_hold_together(store: Store) -> None:
    store.write_now(lambda c: contacts.find_or_create(c, ANN, zone="America/Los_Angeles", at=NOW))
    verdict = judged(store, ask(at=NOW.replace(hour=9), office=WorkCalendar(ZoneInfo("Europe/London"))), NIGHT)
    assert isinstance(verdict, Wait)
    assert verdict.until == datetime(2026, 3, 2, 16, tzinfo=UTC)


def test_nobody_is_woken_for_an_office_at_the_other_end_of_the_world(store: Store) -> None:
    store.write_now(lambda c: contacts.find_or_create(c, ANN, zone="Pacific/Auckland", at=NOW))
    verdict = judged(store, ask(at=NOW, office=WorkCalendar(ZoneInfo("Europe/London"))), NIGHT)
    assert isinstance(verdict, Wait)
    assert verdict.until.astimezone(ZoneInfo("Pacific/Auckland")).hour == 8


def test_what_is_over_the_cap_waits_for_room_whichever_process_sends_it(store: Store) -> None:
    assert sent(store, "k1", NOW) == sent(store, "k2", NOW + DAY, process="renewal") == Go()
    verdict = sent(store, "k3", NOW + 2 * DAY)
    assert verdict == Wait(NOW + 7 * DAY, "they may get 2 per 7 days of class marketing", "cap")
    assert sent(store, "k3", verdict.until) == Go()


def test_a_cap_is_for_one_class_and_one_person(store: Store) -> None:
    sent(store, "k1", NOW)
    sent(store, "k2", NOW)
    assert sent(store, "k3", NOW, "process") == sent(store, "k4", NOW, "transactional") == Go()
    assert judged(store, ask("marketing", address="bob@acme.test"), TWO_A_WEEK) == Go()


def test_another_attempt_at_the_same_mail_is_no_other_mail(store: Store) -> None:
    sent(store, "k1", NOW)
    sent(store, "k2", NOW)
    assert judged(store, ask("marketing", key="k2"), TWO_A_WEEK) == Go()


@pytest.mark.parametrize("state", ["suppressed", "cancelled"])
def test_what_never_left_takes_nobodys_place(store: Store, state: outbox.Final) -> None:
    for key in ("k1", "k2"):
        letter = Letter(key, "a-1", "survey", "s", "marketing", "", ANN, "Hello", f"{key}@x")
        store.write_now(lambda c, letter=letter: outbox.end(c, letter, state, NOW))  # type: ignore[misc]
    assert sent(store, "k3", NOW) == Go()


def test_what_is_owed_has_no_cap(store: Store) -> None:
    one = Rules(caps={"transactional": Cap.parse("1 per day")})
    verdicts = [store.write_now(lambda c, n=n: send(c, f"k{n}", "transactional", NOW, one)) for n in range(3)]  # type: ignore[misc]
    assert verdicts == [Go()] * 3


def test_what_would_be_more_than_two_weeks_late_is_suppressed(store: Store) -> None:
    once_a_month = Rules({"marketing": Cap.parse("1 per 30 days")})
    sent(store, "k1", NOW)
    verdict = judged(store, ask("marketing", NOW + DAY), once_a_month)
    assert verdict == Suppress("they have had as many marketing mails as they may get (1 per 30 days)", "cap")
    assert isinstance(judged(store, ask("marketing", NOW + 25 * DAY), once_a_month), Wait)


def test_a_mail_that_has_waited_for_two_weeks_waits_no_longer(store: Store) -> None:
    letter = Letter("k9", "a-1", "survey", "s", "marketing", "", ANN, "Hello", "k9@x")
    store.write_now(lambda c: outbox.wait(c, letter, "queued", "cap", "", NOW + DAY, NOW, b""))
    sent(store, "k1", NOW + 8 * DAY)
    sent(store, "k2", NOW + 8 * DAY)
    assert isinstance(judged(store, ask("marketing", NOW + 9 * DAY, key="k9"), TWO_A_WEEK), Suppress)


def test_what_an_undo_window_held_back_first_still_waits_for_room(store: Store) -> None:
    """Four cases at once, each mail held for five minutes: two go then, and two a week after that."""
    left = NOW + timedelta(minutes=5)
    for key in ("k1", "k2", "k3", "k4"):
        letter = Letter(key, "a-1", "survey", "s", "marketing", "", ANN, "Hello", f"{key}@x")
        store.write_now(lambda c, letter=letter: outbox.wait(c, letter, "held", "undo", "", left, NOW, b""))  # type: ignore[misc]
    assert sent(store, "k1", left) == sent(store, "k2", left) == Go()
    for key in ("k3", "k4"):
        verdict = sent(store, key, left)
        assert isinstance(verdict, Wait)
        assert verdict.until == left + 7 * DAY
    assert isinstance(sent(store, "k3", left + 7 * DAY - timedelta(seconds=1)), Wait)
    assert sent(store, "k3", left + 7 * DAY) == sent(store, "k4", left + 7 * DAY) == Go()


def test_two_workers_do_not_both_find_room_for_the_last_one(store: Store) -> None:
    """Twenty at once from two stores on one database: two of them go."""
    other = Store(store.url)
    at_once, verdicts = Barrier(20), list[Verdict]()

    def work(n: int) -> None:
        at_once.wait()
        mine = (store, other)[n % 2]
        verdicts.append(mine.write_now(lambda c: send(c, f"k{n}", "marketing", NOW, TWO_A_WEEK)))

    threads = [Thread(target=work, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sum(isinstance(verdict, Go) for verdict in verdicts) == 2


@pytest.mark.parametrize("text", ["", "2", "0 per day", "2 per 0 days", "many per week", "2 per 5 months"])
def test_a_cap_is_a_number_and_a_time(text: str) -> None:
    with pytest.raises(ValueError, match="like 2 per 7 days"):
        Cap.parse(text)


@pytest.mark.parametrize("text", ["", "21:00", "25:00 to 08:00", "08:00 to 08:00", "9pm to 8am"])
def test_quiet_hours_are_two_clock_times(text: str) -> None:
    with pytest.raises(ValueError, match="like 21:00 to 08:00"):
        Quiet.parse(text)
