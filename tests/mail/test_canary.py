"""A mail to ourselves: it shows that mail comes in, how long it takes, and when it does not."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.gateways.mail import Mail
from engine.health.canaries import Canaries
from engine.mailroom.boxes import mailboxes_of
from engine.mailroom.canary import sent_at, subject_for
from engine.store import health, holds
from engine.store.health import Health
from tests.mail.house import House
from tests.mail.post import raw


class Clock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def canaries(home: House, clock: Clock) -> Canaries:
    box = mailboxes_of(home.settings)()["replies"].model_copy(update={"canary": "every 1 hour"})
    return Canaries(home.settings, home.store, home.mailer, lambda: {"replies": box}, clock)


async def known(home: House) -> Health:
    return await home.store.read(lambda c: health.get(c, "canary/replies"))


def ours(home: House) -> list[Mail]:
    return [mail for mail in home.mailer.sent if mail.subject.startswith("Baton canary")]


async def test_one_that_comes_back_is_measured_and_concerns_nobody(home: House, canaries: Canaries) -> None:
    await canaries.look()
    await canaries.look()
    (mail,) = ours(home)
    assert mail.to == "replies@northwind.example"
    await home.deliver(mail.to_bytes())
    found = await known(home)
    assert found.last_seen_at is not None
    assert found.lag is not None
    assert found.lag < 60
    assert await home.triage() == []


async def test_one_that_does_not_come_back_is_trouble_until_one_does(
    home: House, canaries: Canaries, clock: Clock
) -> None:
    await canaries.look()
    clock.at += timedelta(minutes=11)
    await canaries.look()
    assert (await known(home)).last_error == "a mail to it did not come back within 10 minutes"
    clock.at += timedelta(hours=1)
    await canaries.look()
    assert len(ours(home)) == 2
    await home.deliver(ours(home)[1].to_bytes())
    assert (await known(home)).error_since is None


async def test_while_sending_is_on_hold_none_is_sent(home: House, canaries: Canaries, clock: Clock) -> None:
    await home.store.write(lambda c: holds.hold(c, "all", "sam", "", clock()))
    await canaries.look()
    assert ours(home) == []


async def test_nobody_else_can_make_one(home: House, clock: Clock) -> None:
    subject = subject_for(b"another key", "replies", clock())
    assert await home.why(await home.deliver(raw("Hello.\n", Subject=subject)))
    assert (await known(home)).last_seen_at is None


def test_an_old_one_and_one_of_another_mailbox_say_nothing() -> None:
    now = datetime.now(UTC)
    subject = subject_for(b"k", "replies", now)
    assert sent_at(b"k", "replies", subject, now) is not None
    assert sent_at(b"k", "office", subject, now) is None
    assert sent_at(b"k", "replies", subject, now + timedelta(days=3)) is None
