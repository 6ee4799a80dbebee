"""One mail now and then in place of one for each task, and what is urgent at once."""

import asyncio
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from engine.gateways.mail import Fault, Mail, Phase
from engine.gateways.mail.memory import MemoryMailer
from engine.gateways.rendering import Renderer
from engine.gateways.tokens import token_hash
from engine.language.calendar import WorkCalendar
from engine.language.resources import Absence, Calendar
from engine.postman.notices import Habit, Notices
from engine.store import links, notices
from engine.store.tables import incidents, tasks
from tests.mail.house import House

ALWAYS = WorkCalendar.of(Calendar.model_validate({
    "calendar": "always", "time_zone": "UTC", "weekend": (), "hours": {"opens": "00:00", "closes": "24:00"},
}))  # fmt: skip
HOUR = timedelta(hours=1)


@dataclass
class Told:
    """Notices with a clock of their own."""

    home: House
    notices: Notices
    mailer: MemoryMailer
    ahead: timedelta = timedelta(0)

    async def after(self, time: timedelta) -> list[Mail]:
        """What goes out when so much time has gone by since the last look."""
        before = len(self.mailer.sent)
        self.ahead += time
        await self.notices.look()
        return self.mailer.sent[before:]


async def telling(
    home: House, calendar: WorkCalendar = ALWAYS, mailer: MemoryMailer | None = None, **world: Any
) -> Told:
    mailer = mailer or MemoryMailer()

    async def owner_of(digest: str) -> str:
        return (await home.desk.shelf.plan(digest)).process.owner or ""

    told = Told(home, Notices(replace(home.world, mailer=mailer, **world), Habit(HOUR, calendar), owner_of), mailer)
    told.notices.clock = lambda: datetime.now(UTC) + told.ahead
    await told.notices.look()
    return told


async def test_what_is_new_comes_in_one_mail_with_links_of_their_own(home: House) -> None:
    told = await telling(home)
    cases = [await home.start("chores", client=name, who="sam") for name in ("Acme", "Beta", "Gamma")]
    (mail,) = await told.after(2 * HOUR)
    assert (mail.to, mail.subject) == ("sam@northwind.example", "3 new")
    found = re.findall(r"/t/([\w-]{43})", mail.text)
    rows = [await home.store.read(lambda c, one=one: links.find(c, token_hash(one))) for one in found]  # type: ignore[misc]
    assert {row.case for row in rows if row} == set(cases)
    assert all(row and (row.kind, row.recipient) == ("task", mail.to) for row in rows)
    page = await home.desk.open_link(found[0])
    assert page
    assert page.task


async def test_there_is_none_where_nothing_is_new(home: House) -> None:
    told = await telling(home)
    assert await told.after(2 * HOUR) == []
    await home.start("chores", client="Acme", who="sam")
    assert len(await told.after(2 * HOUR)) == 1
    assert await told.after(2 * HOUR) == []
    assert [mail.subject for mail in await told.after(timedelta(days=2))] == ["1 due within a day"]
    assert [mail.subject for mail in await told.after(timedelta(days=1))] == ["1 overdue"]
    assert await told.after(timedelta(days=1)) == []


async def test_nobody_is_told_again_before_the_time_is_over(home: House) -> None:
    told = await telling(home)
    await home.start("chores", client="Acme", who="sam")
    assert len(await told.after(HOUR * 2)) == 1
    assert await told.after(HOUR / 2) == []


async def test_nothing_is_told_while_the_house_is_closed(home: House) -> None:
    open_for = (datetime.now(UTC) + timedelta(hours=30)).strftime("%H:00")
    hours = {"opens": open_for, "closes": open_for.replace(":00", ":59")}
    closed = Calendar.model_validate({"calendar": "night", "time_zone": "UTC", "weekend": (), "hours": hours})
    told = await telling(home, WorkCalendar.of(closed))
    told.notices.habit = Habit(HOUR, ALWAYS)
    await told.notices.look()
    told.notices.habit = Habit(HOUR, WorkCalendar.of(closed))
    await home.start("chores", client="Acme", who="sam")
    assert await told.after(2 * HOUR) == []


async def test_a_substitute_hears_of_it_and_who_is_away_does_not(home: House) -> None:
    people = home.world.people()
    assert people
    day = datetime.now(UTC).date()
    away = Absence(
        **{"from": f"{day - timedelta(days=9)}", "to": f"{day + timedelta(days=9)}"}, user="sam", substitute="ines"
    )
    told = await telling(home)
    changed = people.model_copy(update={"absences": (away,)})
    told.notices.world = replace(told.notices.world, people=lambda: changed)
    await told.notices.look()
    await home.start("chores", client="Acme", who="sam")
    assert [mail.to for mail in await told.after(2 * HOUR)] == ["ines@northwind.example"]


async def test_what_is_urgent_is_told_at_once_and_once(home: House) -> None:
    told = await telling(home)
    await home.start("chores", client="Acme", who="sam", urgent="yes")
    (mail,) = await told.after(timedelta(0))
    assert (mail.to, mail.subject) == ("sam@northwind.example", "Urgent: Hurry to Acme")
    assert await told.after(timedelta(0)) == []
    told.notices._told.clear()  # as another worker
    assert await told.after(timedelta(0)) == []


async def test_news_that_cannot_be_rendered_comes_as_plain_text(home: House) -> None:
    renderer = Renderer(size=1, seconds=0.0001)
    told = await telling(home, renderer=renderer)
    await home.start("chores", client="A <b>", who="sam")
    (mail,) = await told.after(2 * HOUR)
    assert (mail.to, mail.subject) == ("sam@northwind.example", "1 new")
    assert re.search(r"^- .*A <b>.*/t/[\w-]{43}$", mail.text, re.MULTILINE)
    assert "A &lt;b&gt;" in mail.html
    assert await told.after(2 * HOUR) == []
    await renderer.aclose()


async def test_the_owners_hear_of_what_could_not_go_on(home: House) -> None:
    told = await telling(home)
    await home.start("chores", client="Acme", who="sam", broken="yes")
    mails = await told.after(2 * HOUR)
    assert mails
    assert {mail.subject for mail in mails} == {"1 could not go on"}
    people = home.world.people()
    assert people
    owners = next(group.members for group in people.groups if group.id == "legal")
    assert {mail.to for mail in mails} == {user.email for user in people.users if user.id in owners}


async def test_several_workers_tell_it_once(home: House) -> None:
    workers = [await telling(home) for _ in range(4)]
    for n in range(3):
        await home.start("chores", client=f"C{n}", who="sam")
    sent = await asyncio.gather(*(worker.after(2 * HOUR) for worker in workers))
    assert sum(map(len, sent)) == 1


@pytest.mark.parametrize("phase", [Phase.CONNECT, Phase.RECIPIENT])
async def test_a_server_that_is_away_for_a_moment_costs_nobody_the_news(phase: Phase, home: House) -> None:
    told = await telling(home, mailer=MemoryMailer((Fault(phase, "4xx"),)))
    await home.start("chores", client="Acme", who="sam")
    assert await told.after(2 * HOUR) == []
    rows = await home.desk.outbox(("queued",))
    assert [row.recipient for row in rows] == ["sam@northwind.example"]


async def test_what_was_done_while_a_worker_had_died_is_not_told_as_an_empty_mail(home: House) -> None:
    told = await telling(home)
    begun = datetime.now(UTC)
    await home.store.write(lambda c: notices.put(c, "sam", begun - HOUR, begun, done=False))
    assert await told.after(timedelta(0)) == []
    await home.start("chores", client="Acme", who="sam")
    assert [mail.subject for mail in await told.after(2 * HOUR)] == ["1 new"]


async def test_a_thousand_incidents_are_one_mail_of_readable_length_and_work_of_others_costs_nothing(
    home: House,
) -> None:
    told = await telling(home)
    case = await home.start("chores", client="Acme", who="sam")
    await home.store.write(lambda c: fill(c, case, 1000))
    began = time.process_time()
    mails = await told.after(2 * HOUR)
    assert time.process_time() - began < 5
    assert {mail.subject for mail in mails} == {"1 new", "1000 could not go on"}
    owner = next(mail for mail in mails if mail.subject.startswith("1000"))
    assert len(re.findall(r"/c/([\w-]{43})", owner.text)) == 50
    assert "950 more" in owner.text
    assert await told.after(2 * HOUR) == []


def fill(c: Connection, case: str, number: int) -> None:
    """Incidents of this case, and open tasks of somebody else."""
    ((known, *_),) = c.execute(select(tasks)).all()
    row = dict(c.execute(select(tasks).where(tasks.c.id == known)).mappings().one())
    at = datetime.now(UTC)
    c.execute(insert(tasks), [{**row, "id": f"t{n}", "assignee": "somebody", "opened_at": at} for n in range(number)])
    stopped = {"case_id": case, "since": at, "step": "x", "code": "x", "message": "x", "status": "open"}
    c.execute(insert(incidents), [{**stopped, "path": f"p{n}"} for n in range(number)])
