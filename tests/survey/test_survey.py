"""Two hundred leads are asked: what comes in, what goes out, and what is known of everybody afterwards."""

import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection, select

from activities import STEP_TYPES
from engine.clock import utc_now
from engine.desk.desk import Desk
from engine.gateways.caught import OpenedMail
from engine.store.tables import metadata
from tests.durable.firm import Firm, firm
from tests.durable.pages import pages
from tests.durable.scenarios import hurry
from tests.mail.dovecot import PASSWORD, Dovecot
from tests.survey.firm import (
    LEADS,
    RATE,
    TWICE,
    UNWANTED,
    WRONG,
    baton,
    definitions,
    headers,
    leads,
    opening_soon,
    reply,
    returned,
    surveys,
)

SENT = LEADS - WRONG - UNWANTED - TWICE
BY_PAGE, BY_REPLY, ASK, AWAY, GONE = 40, 30, 5, 6, 4  # how the leads react, one group after the other
ENV = {"REPLIES_PASSWORD": PASSWORD, "SUPPORT_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}


async def test_two_hundred_leads_are_asked(tmp_path: Path, temporal: str, server: Dovecot) -> None:
    calendar, opens = opening_soon()
    overlay = definitions(tmp_path / "overlay", server, calendar)
    async with firm(tmp_path, temporal, definitions=overlay, more=ENV) as house, pages(house) as browser:
        await started(house, tmp_path)
        asked = await all_asked(house, opens)
        people = iter(sorted(asked))
        groups = {name: [asked[next(people)] for _ in range(size)] for name, size in GROUPS.items()}
        await reactions(server, browser, groups)
        await counted(house)
        await questions_become_tasks(house, groups["question"])
        await unsubscribing_holds_everywhere(house, browser, asked[next(people)])
        await known_and_forgotten(house, groups["reply"][0])


GROUPS = {"page": BY_PAGE, "reply": BY_REPLY, "question": ASK, "away": AWAY, "gone": GONE}


async def started(house: Firm, folder: Path) -> None:
    """Five have asked never to be written to; every row is told of."""
    for n in range(UNWANTED):
        await baton(house, "contact", "block", f"lead{n}@acme.test", "--class", "marketing", "--by", "sam")
    file = str(leads(folder))
    refused = await baton(house, "start", "client-survey", "--csv", file)
    assert (refused["started"], refused["counts"]["invalid"]) == (False, WRONG)
    told = await baton(house, "start", "client-survey", "--csv", file, "--skip-invalid")
    assert told["counts"] == {"started": SENT, "suppressed": UNWANTED, "duplicate": TWICE, "invalid": WRONG}
    states = ["suppressed"] * UNWANTED + ["started"] * SENT + ["invalid"] * WRONG + ["duplicate"] * TWICE
    assert [(row["line"], row["state"]) for row in told["rows"]] == list(enumerate(states, start=2))
    assert all(row["why"] or row["problems"] for row in told["rows"] if row["state"] != "started")
    again = await baton(house, "start", "client-survey", "--csv", file, "--skip-invalid")
    assert again["counts"]["earlier"] == SENT


async def all_asked(house: Firm, opens: datetime) -> dict[str, OpenedMail]:
    """Nobody before the office opens, everybody once, and never more in a minute than the sender may."""
    await house.until(lambda: len(surveys(house)) >= SENT, 180)
    asked = surveys(house)
    assert len(house.mails()) == len(asked) == SENT
    times = sorted(mail.mail.at for mail in asked.values())
    assert times[0] >= opens
    assert times[-1] - times[0] >= timedelta(minutes=(SENT - 1) / RATE) * 0.8
    return asked


async def reactions(mailbox: Dovecot, browser: httpx.AsyncClient, groups: dict[str, list[OpenedMail]]) -> None:
    for mail in groups["page"]:
        page = re.search(r"/f/[\w-]{43}", mail.text)
        assert page is not None
        assert (await browser.post(page[0], data={"remarks": "Nothing", "score": "5"})).status_code == 303
    mails = [reply(mail, "Answer the phone quicker.") for mail in groups["reply"]]
    mails += [reply(mail, "What does the large plan cost?") for mail in groups["question"]]
    mails += [reply(mail, "I am on holiday.", Auto_Submitted="auto-replied") for mail in groups["away"]]
    mails += [
        reply(mail, "Forged.", Authentication_Results="mx.northwind.example; dmarc=fail") for mail in groups["away"]
    ]
    mails += [returned(mail) for mail in groups["gone"]]
    mailbox.deliver(mails)


async def counted(house: Firm) -> None:
    """A report counts what was sent, what came back, who answered."""

    async def there() -> Any:
        found = await baton(house, "report", "client-survey")
        answered = next((s["answered"] for s in found["steps"] if s["step"] == "survey"), 0)
        return found if answered == BY_PAGE + BY_REPLY + ASK and found["outcomes"].get("not_asked") == GONE else None

    report = await house.until(there, 120)
    assert report["mails"] == {"sent": SENT - GONE, "bounced": GONE}
    assert report["started"] == SENT
    assert report["outcomes"] == {"completed": BY_PAGE + BY_REPLY, "not_asked": GONE}
    assert report["open"] == SENT - BY_PAGE - BY_REPLY - GONE
    (question,) = [s for s in report["steps"] if s["step"] == "question"]
    assert (question["open"], question["late"]) == (ASK, 0)
    waiting = await baton(house, "triage", "list", "--automatic")
    assert Counter(row["reason"] for row in waiting) == {"automatic": AWAY, "unauthenticated": AWAY}


async def questions_become_tasks(house: Firm, mails: list[OpenedMail]) -> None:
    """Two working days, then leadership hears of it."""
    tasks = [t for t in await house.desk.tasks() if t.task.step == "question"]
    assert len(tasks) == len(mails)
    case, task = tasks[0].case, tasks[0].task
    assert task.due is not None
    assert abs(task.due - task.opened_at - timedelta(days=3)) < timedelta(minutes=1)  # tomorrow does not count
    assert not [m for m in house.mails() if "grace@northwind.example" in m.mail.to]
    later = Desk(house.desk.settings, house.house.store, STEP_TYPES, clock=lambda: utc_now() + timedelta(days=4))
    assert {s.step: s.late for s in (await later.report("client-survey")).steps}["question"] == ASK
    await hurry(house, case, "question")
    escalated = await house.until(lambda: [m for m in house.mails() if "grace@northwind.example" in m.mail.to])
    assert "/t/" in escalated[0].text
    await house.task(case, "question", by="sam")
    await house.ended(case)


async def unsubscribing_holds_everywhere(house: Firm, browser: httpx.AsyncClient, mail: OpenedMail) -> None:
    """One click in the mail program, and no process sends them an offer any more."""
    head = headers(mail)
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    page = str(head["List-Unsubscribe"]).strip(" <>").removeprefix(house.house.settings.base_url)
    before = await baton(house, "contact", mail.mail.to)
    assert (await browser.get(page)).status_code == 200
    assert await baton(house, "contact", mail.mail.to) == before
    assert (await browser.post(page, data={"List-Unsubscribe": "One-Click"})).status_code == 200
    count = len(house.mails())
    open_case = next(c for c in await house.desk.cases(process="client-survey") if mail.mail.to in c.business_key)
    await house.desk.stop(open_case.id, by="sam")
    await house.ended(open_case.id)
    case = (await house.desk.start("client-survey", {"contact": "Lead", "email": mail.mail.to}, by="sam")).case
    assert (await house.ended(case)).summary.outcome == "not_asked"
    assert len(house.mails()) == count
    assert any("unsubscribed" in line for line in await house.timeline(case))
    await house.desk.publish("renewal")
    other = (await house.desk.start("renewal", {"contact": "Lead", "email": mail.mail.to.upper()}, by="sam")).case
    assert (await house.ended(other)).summary.outcome == "not_written_to"
    known = await baton(house, "contact", mail.mail.to)
    assert [m["state"] for m in known["mails"]] == ["sent", "suppressed", "suppressed"]
    assert len(house.mails()) == count


async def known_and_forgotten(house: Firm, mail: OpenedMail) -> None:
    """Everything that was ever sent to one person is shown, and erased when they ask for it."""
    address = mail.mail.to
    known = await baton(house, "contact", address)
    ours = [m.mail.subject for m in house.mails() if m.mail.to == address]
    assert [m["subject"] for m in known["mails"] if m["state"] == "sent"] == ours == [mail.mail.subject]
    assert [h["kind"] for h in known["heard"]] == ["email"]
    await baton(house, "contact", "forget", address, "--yes", "--by", "sam")
    assert await house.house.store.read(lambda c: places_of(c, address)) == []
    message_id = str(headers(mail)["Message-ID"]).strip("<>")
    assert [e.state for e in await house.effects() if e.message_id == message_id] == ["sent"]


def places_of(c: Connection, text: str) -> list[str]:
    """Every column of every table that still holds this text."""
    found = []
    for table in metadata.tables.values():
        for row in c.execute(select(table)):
            found += [f"{table.name}.{name}" for name, value in row._mapping.items() if text in _words(value)]
    return sorted(set(found))


def _words(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
