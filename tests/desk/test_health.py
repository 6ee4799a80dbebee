"""Ways in and out: what is silent, what is in trouble, and who is told of it, once."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.desk.answers import DeskError, NotThere
from engine.desk.desk import Desk
from engine.gateways.mail import Fault, MemoryMailer, Phase
from engine.health.heartbeat import Heartbeat
from engine.health.watch import Watch
from engine.health.way import Way, wrong
from engine.health.ways import Ways
from engine.settings import Settings
from engine.store import health, inbox
from engine.store.misfires import Misfire, put_all
from engine.store.rows import Arrival
from engine.store.store import Store
from tests.desk.conftest import SECRET
from tests.desk.conftest import Watch as Clock

REPORT = """
language: 1
process: report
title: Weekly report
owner: legal
triggers:
  - { id: weekly, type: schedule, every: monday at 08:00 }
steps:
  - { id: look, type: task, title: Look, assignee: sam, timeout: never }
"""

QUOTES = "  quotes: { type: imap, address: quotes@northwind.example, host: imap.northwind.example, password: QUOTES }"


@pytest.fixture
def settings(shipped_workspace: Path, tmp_path: Path, database_url: str) -> Settings:
    folder = tmp_path / "ours"
    shutil.copytree(shipped_workspace, folder)
    definitions = folder / "definitions"
    (definitions / "processes" / "report.yaml").write_text(REPORT)
    file = definitions / "connections.yaml"
    file.write_text(file.read_text().replace("    title: CRM\n", "    title: CRM\n    expect: every 2 hours\n"))
    return Settings.load(folder, {"BATON_DATABASE_URL": database_url, "CRM_WEBHOOK_SECRET": SECRET})


@pytest.fixture
async def desk(settings: Settings, store: Store, watch: Clock) -> Desk:
    desk = Desk(settings, store, STEP_TYPES, clock=watch)
    await desk.publish("client-onboarding")
    await desk.publish("report")
    return desk


@pytest.fixture
def mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture
def guard(desk: Desk, settings: Settings, watch: Clock, mailer: MemoryMailer) -> Watch:
    return Watch(settings, Ways(settings, desk.store, desk._schedules(), watch), mailer, watch)


async def alarms(desk: Desk, watch: Clock) -> tuple[str, ...]:
    return await desk.store.read(lambda c: health.alarms(c, watch()))


async def crm(desk: Desk) -> Way:
    return next(way for way in await desk.ways() if way.source == "webhook/crm")


async def test_every_way_of_the_workspace_is_there(desk: Desk) -> None:
    kinds = {way.source for way in await desk.ways()}
    assert {"webhook/crm", "webhook/calendar", "schedule/report/weekly", "sender/mail"} <= kinds


async def test_a_webhook_whose_secret_is_not_set_or_is_none_is_off(desk: Desk, guard: Watch, watch: Clock) -> None:
    for secret, state in (("", "off"), ("whsec_?", "off"), (SECRET, "new")):
        settings = replace(guard.settings, environment={"CRM_WEBHOOK_SECRET": secret})
        ways = await Ways(settings, desk.store, desk._schedules(), watch).everything()
        (found,) = [way for way in ways if way.source == "webhook/crm"]
        assert found.state(watch()) == state
        assert ("every message is refused" in found.in_words(watch())) == (state == "off")


async def test_what_is_expected_and_does_not_come_is_silent_and_its_owners_are_told_once(
    desk: Desk, guard: Watch, watch: Clock, mailer: MemoryMailer
) -> None:
    await guard.look()
    watch.turn(hours=3)
    await guard.look()
    await guard.look()
    assert (await crm(desk)).state(watch()) == "silent"
    told = [mail for mail in mailer.sent if "webhook crm" in mail.subject]
    assert {mail.subject for mail in told} == {"The webhook crm is silent"}
    assert len({mail.to for mail in told}) == len(told) > 0
    assert "every 2 hours" in told[0].text


async def test_what_came_after_a_silence_ends_it_and_that_is_told_too(
    desk: Desk, guard: Watch, watch: Clock, mailer: MemoryMailer
) -> None:
    await guard.look()
    watch.turn(hours=3)
    await guard.look()
    await desk.store.write(lambda c: health.seen(c, "webhook/crm", watch()))
    mailer.sent.clear()
    await guard.look()
    assert {mail.subject for mail in mailer.sent} == {"The webhook crm works again"}
    assert (await crm(desk)).state(watch()) == "well"


async def test_after_we_were_away_nobody_is_told_of_a_silence_at_once(
    guard: Watch, watch: Clock, mailer: MemoryMailer
) -> None:
    await guard.look()
    watch.turn(days=3)
    await guard.look(silence=False)
    assert mailer.sent == []


async def test_trouble_that_passes_is_no_alarm_and_trouble_that_stays_is(
    desk: Desk, guard: Watch, watch: Clock, mailer: MemoryMailer
) -> None:
    await desk.store.write(lambda c: health.trouble(c, "sender/mail", "wrong <password>", watch()))
    await guard.look()
    assert mailer.sent == []
    watch.turn(minutes=6)
    await guard.look()
    assert "does not work" in mailer.sent[0].subject
    assert "wrong &lt;password&gt;" in mailer.sent[0].html
    assert await alarms(desk, watch) == ("sender/mail",)


async def test_while_nobody_can_be_told_it_is_tried_again(
    desk: Desk, guard: Watch, watch: Clock, mailer: MemoryMailer
) -> None:
    await desk.store.write(lambda c: health.trouble(c, "webhook/crm", "refused", watch()))
    watch.turn(minutes=6)
    mailer.faults += [Fault(Phase.CONNECT, "drop"), Fault(Phase.REPLY, "4xx")]
    await guard.look()
    assert (await crm(desk)).health.told == ""
    assert await alarms(desk, watch) == ("webhook/crm",)
    await guard.look()
    assert len(mailer.sent) == 2


async def test_a_source_that_is_taken_out_of_the_files_is_no_alarm_any_more(
    desk: Desk, guard: Watch, watch: Clock
) -> None:
    await desk.store.write(lambda c: health.trouble(c, "webhook/old", "refused", watch()))
    await desk.store.write(lambda c: health.told(c, "webhook/old", "trouble", watch()))
    await guard.look()
    watch.turn(minutes=6)
    assert await alarms(desk, watch) == ()


async def test_where_one_cannot_be_told_the_others_are_told_once(
    desk: Desk, guard: Watch, watch: Clock, mailer: MemoryMailer
) -> None:
    await desk.store.write(lambda c: health.trouble(c, "webhook/crm", "refused", watch()))
    watch.turn(minutes=6)
    mailer.faults.append(Fault(Phase.CONNECT, "drop"))
    await guard.look()
    await guard.look()
    assert len(mailer.sent) == 1


async def test_a_schedule_that_does_not_come_is_silent_unless_it_is_paused(
    desk: Desk, guard: Watch, watch: Clock
) -> None:
    await guard.look()
    watch.turn(days=8)
    assert [way.source for way in wrong(await desk.ways(), watch()) if way.kind == "schedule"] == [
        "schedule/report/weekly"
    ]
    await desk.pause_schedule("report", "weekly", "sam")
    assert not [way for way in wrong(await desk.ways(), watch()) if way.kind == "schedule"]


async def test_arrivals_that_could_not_start_what_they_should_are_counted(desk: Desk, watch: Clock) -> None:
    failed = Misfire("w1", "client-onboarding", "deal_won", "no email", watch())
    await desk.store.write(lambda c: put_all(c, [failed]))
    assert ((await crm(desk)).failed, (await crm(desk)).state(watch())) == (1, "failed")


async def test_a_schedule_that_goes_on_or_is_given_other_times_is_not_silent_at_once(
    desk: Desk, settings: Settings, guard: Watch, watch: Clock
) -> None:
    await desk.run_schedule("report", "weekly")
    await guard.look()
    await desk.pause_schedule("report", "weekly", "sam")
    watch.turn(days=30)
    await desk.resume_schedule("report", "weekly")
    await guard.look()
    assert wrong_schedules(await desk.ways(), watch) == []
    watch.turn(days=5)
    file = settings.workspace / "definitions" / "processes" / "report.yaml"
    file.write_text(REPORT.replace("monday at 08:00", "day at 08:00"))
    await desk.publish("report")
    await guard.look()
    assert wrong_schedules(await desk.ways(), watch) == []
    watch.turn(days=2)
    assert wrong_schedules(await desk.ways(), watch) == ["report/weekly"]


def wrong_schedules(ways: tuple[Way, ...], watch: Clock) -> list[str]:
    return [way.name for way in wrong(ways, watch()) if way.kind == "schedule"]


FAILING = (
    REPORT.replace("process: report", "process: share")
    .replace(
        "steps:",
        """inputs:
  share: { type: number }
steps:""",
    )
    .replace("every: monday at 08:00", "every: monday at 08:00, inputs: { share: '${ DIVISION }' }")
)


@pytest.mark.parametrize("kind", ["schedule", "event"])
async def test_what_a_schedule_or_an_event_could_not_start_is_told_with_the_reason_and_taken_in_again(
    desk: Desk, settings: Settings, watch: Clock, kind: str
) -> None:
    file = settings.workspace / "definitions" / "processes" / "share.yaml"
    text = FAILING
    if kind == "event":
        text = text.replace("type: schedule, every: monday at 08:00", "type: event, event: vendor_accepted")
    file.write_text(text.replace("DIVISION", "10 / (5 - 5)"))
    await desk.publish("share")
    if kind == "schedule":
        with pytest.raises(DeskError):
            await desk.run_schedule("share", "weekly", "sam")
    else:
        event = Arrival("event-1", "event:x", "1", "event", "vendor_accepted", "", "", "", "{}", watch())
        await desk.store.write(lambda c: inbox.accept(c, event))
        await desk.router.route(event)
    [way] = wrong(await desk.ways(), watch())
    assert (way.kind, way.name, way.failed) == (kind, "share/weekly", 1)
    assert "zero" in way.in_words(watch())
    assert (await desk.start_again("share/weekly"))[0].started == ()
    file.write_text(text.replace("DIVISION", "10 / 2"))
    await desk.publish("share")
    assert len((await desk.start_again("share/weekly"))[0].started) == 1
    assert wrong(await desk.ways(), watch()) == ()
    with pytest.raises(NotThere):
        await desk.dismiss_failed("share/weekly", "sam")


async def test_what_could_not_start_anything_can_be_dismissed(desk: Desk, watch: Clock) -> None:
    await desk.store.write(lambda c: put_all(c, [Misfire("w1", "report", "weekly", "no date", watch())]))
    assert await desk.dismiss_failed("report/weekly", "sam") == 1
    assert wrong(await desk.ways(), watch()) == ()


async def test_a_group_or_an_address_may_be_told_of_everything(
    desk: Desk, settings: Settings, guard: Watch, watch: Clock, mailer: MemoryMailer
) -> None:
    told = Settings.load(settings.workspace, {**settings.environment, "BATON_ALARM_TO": "ops@northwind.example"})
    await desk.store.write(lambda c: health.trouble(c, "webhook/crm", "refused", watch()))
    watch.turn(minutes=6)
    await Watch(told, guard.ways, mailer, watch).look()
    assert [mail.to for mail in mailer.sent] == ["ops@northwind.example"]


async def test_a_mailbox_that_nobody_looks_into_any_more_is_not_shown_as_well(
    desk: Desk, guard: Watch, watch: Clock, mailer: MemoryMailer, settings: Settings
) -> None:
    file = settings.workspace / "definitions" / "connections.yaml"
    file.write_text(file.read_text().replace("mailboxes:\n", f"mailboxes:\n{QUOTES}\n"))
    await desk.store.write(lambda c: health.well(c, "mailbox/quotes", watch()))
    await guard.look()
    watch.turn(minutes=11)
    await guard.look()
    await guard.look()
    found = next(way for way in await desk.ways() if way.source == "mailbox/quotes")
    assert (found.state(watch()), found.down_since) == ("down", watch() - timedelta(minutes=11))
    told = [mail for mail in mailer.sent if "mailbox quotes" in mail.subject]
    assert len({mail.to for mail in told}) == len(told) > 0
    assert "nobody looks after it" in told[0].text
    mailer.sent.clear()
    await desk.store.write(lambda c: health.well(c, "mailbox/quotes", watch()))
    await guard.look()
    assert {mail.subject for mail in mailer.sent} == {"The mailbox quotes works again"}


async def test_a_mailbox_that_nobody_has_ever_looked_into_is_not_new_for_ever(
    desk: Desk, guard: Watch, watch: Clock, settings: Settings
) -> None:
    file = settings.workspace / "definitions" / "connections.yaml"
    file.write_text(file.read_text().replace("mailboxes:\n", f"mailboxes:\n{QUOTES}\n"))
    await guard.look()
    for minutes, state in ((9, "new"), (2, "down")):
        watch.turn(minutes=minutes)
        found = next(way for way in await desk.ways() if way.source == "mailbox/quotes")
        assert found.state(watch()) == state


async def test_a_worker_is_at_work_however_long_people_are_told_of_trouble(desk: Desk, watch: Clock) -> None:
    heart = Heartbeat(desk.store, watch)
    await heart.beat()
    watch.turn(minutes=2)
    assert (await desk.ready()).worker is False
    await heart.beat()
    assert (await desk.ready()).worker is True
