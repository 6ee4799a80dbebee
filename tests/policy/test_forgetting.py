"""Somebody is forgotten: no table holds them any more, and what was done still stands."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, LargeBinary, select

from activities import STEP_TYPES
from engine.desk.answers import DeskError, NotThere
from engine.desk.desk import Desk
from engine.gateways.tokens import UNSUBSCRIBE, link_token, token_hash, unsubscribe_token
from engine.language.values import encode
from engine.runtime.view import CaseView, Entry, IncidentView, TaskView, WaitView
from engine.settings import Settings
from engine.store import (
    cases,
    contacts,
    files,
    inbox,
    ledger,
    links,
    mails,
    outbox,
    policy,
    scrubbing,
    signatures,
    states,
)
from engine.store.columns import Instant, Words
from engine.store.mails import Incoming
from engine.store.outbox import Letter
from engine.store.policy import Ask, Rules, Suppress
from engine.store.rows import Arrival, SignatureRow
from engine.store.scrubbing import Spellings, tables
from engine.store.store import Store
from engine.store.tables import erasures, hooks, metadata, plans
from engine.workspace import create

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANN, WORDS = "ann@münchen.example", ("ann@münchen.example", "ann@xn--mnchen-3ya.example", "Ann Lee", "m\\u00fcnchen")
BOB = "bob@acme.test"


@pytest.fixture
async def desk(tmp_path: Path, database_url: str, store: Store) -> Desk:
    create(tmp_path / "shop")
    desk = Desk(Settings.load(tmp_path / "shop", {"BATON_DATABASE_URL": database_url}), store, STEP_TYPES)
    await desk.publish("client-onboarding")
    return desk


async def onboarding(desk: Desk, email: str = "Ann@München.example", name: str = "Ann Lee", deal: str = "1") -> str:
    inputs = {
        "company": f"{name} Limited",
        "contact": name,
        "email": email,
        "account_manager": "sam",
        "deal_value": f"{deal} GBP",
    }
    return (await desk.start("client-onboarding", inputs)).case


def lived(c: Connection, case: str, who: str, name: str, status: str = "ended") -> None:
    """Everything that a case about somebody leaves behind."""
    view = CaseView(
        case,
        2,
        status,
        "ok",
        NOW,
        outcome="active",
        outputs={"who": who},
        waits=(WaitView("w", "w", "form", f"Asks {name}", "done", who, NOW),),
        tasks=(TaskView(f"t-{case}", "t", "t", f"Phone {name}", "done", NOW, description=who, show={"email": who}),),
        incidents=(IncidentView("i", "i", "smtp_550", f"{who} is unknown", NOW),),
        entries=(Entry(1, NOW, "w", "sent", f"“Welcome {name}” sent to {who}"),),
    )
    cases.project(c, view)
    states.put(c, case, 2, encode({"inputs": {"email": who, "contact": name}}))
    key = f"{case}/w:send"
    ledger.claim(
        c, key, case=case, path="w", purpose="send", kind="email", token="t", at=NOW, recipient=who, in_data=True
    )
    ledger.finish(c, key, "t", "sent", NOW, result_json=encode({"to": who, "said": f"“Welcome {name}” sent to {who}"}))
    letter = Letter(key, case, "client-onboarding", "w", "process", "", who, f"Welcome {name}", f"{case}@x")
    outbox.sending(c, letter, NOW)
    outbox.end(c, letter, "sent", NOW)
    links.put(c, token_hash(f"{case}-form"), case, "w", "form", who, NOW + timedelta(days=99))
    answer = Arrival(
        f"a-{case}", "link", f"a-{case}", "answer", "answer", case, "w", who, encode({"legal_name": name}), NOW
    )
    inbox.accept(c, answer)
    inbox.deliver_to(c, answer.id, case, "signal")
    files.put(c, f"f-{case}", case, f"{name}.pdf", "application/pdf", "abc", f"%PDF {who} {name}".encode())
    signatures.record(c, SignatureRow(case, "s", name, who, name, "I agree", NOW, "203.0.113.9", "Mozilla", "abc"))


def wrote(c: Connection, who: str, name: str) -> None:
    """What somebody has sent us, and nobody has read."""
    raw = f"From: {name} <{who}>\r\nSubject: Hello\r\n\r\nI am {name}\r\n".encode()
    mails.keep(c, Incoming("replies", f"m-{who}", raw, NOW, who, ("replies@northwind.example",)))
    row = {"id": f"h-{who}", "connection": "crm", "source_id": "1", "head_json": "{}", "received_at": NOW}
    c.execute(
        hooks.insert().values(**row, body=encode({"email": who, "name": name}).encode(), problem="", settled_by="")
    )
    contacts.bounced(c, who, False, f"{who} is full", NOW)
    contacts.suppress(c, who, "marketing", "they said so", "", NOW)


def everything(c: Connection) -> dict[str, str]:
    """Every row of every table as text; what authors wrote is not among it."""
    found = {}
    for table in metadata.sorted_tables:
        rows = c.execute(select(table)).all() if table is not plans else []
        found[table.name] = "\n".join(str([_text(value) for value in row]) for row in rows)
    return found


def _text(value: Any) -> Any:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else value


def holding(c: Connection, words: tuple[str, ...]) -> dict[str, list[str]]:
    rows = {name: [w for w in words if w.lower() in text.lower()] for name, text in everything(c).items()}
    return {name: found for name, found in rows.items() if found}


async def test_after_it_no_column_of_any_table_holds_them_and_what_was_done_still_stands(
    desk: Desk, store: Store
) -> None:
    case, other = await onboarding(desk), await onboarding(desk, BOB, "Bob Ray", "2")
    await store.write(lambda c: (lived(c, case, ANN, "Ann Lee"), lived(c, other, BOB, "Bob Ray")))
    await store.write(lambda c: (wrote(c, ANN, "Ann Lee"), wrote(c, BOB, "Bob Ray")))
    before = await store.read(lambda c: holding(c, WORDS))
    assert len(before) > 12, before
    others = await store.read(lambda c: holding(c, ("Bob Ray", BOB)))
    gone = await desk.forget("ANN@münchen.example", "sam")
    assert gone.cases == gone.histories == (case,)
    assert await store.read(lambda c: holding(c, WORDS)) == {}
    row = await store.read(lambda c: ledger.look(c, f"{case}/w:send"))
    assert row is not None
    assert (row.state, row.claimed_at, row.finished_at, row.result_json) == ("sent", NOW, NOW, "{}")
    assert (await desk.case(case)).summary.outcome == "active"
    assert await store.read(lambda c: holding(c, ("Bob Ray", BOB))) == others


async def test_the_ledger_still_answers_a_repeat_and_an_auditor_still_sees_the_document(
    desk: Desk, store: Store
) -> None:
    case = await onboarding(desk)
    await store.write(lambda c: lived(c, case, ANN, "Ann Lee"))
    await desk.forget(ANN, "sam")
    again = await store.write(
        lambda c: ledger.claim(
            c, f"{case}/w:send", case=case, path="w", purpose="send", kind="email", token="new", at=NOW
        )
    )
    assert (again.token, again.state) == ("t", "sent")
    file = await store.read(lambda c: files.get(c, f"f-{case}"))
    assert file is not None
    assert (file.sha256, file.content) == ("abc", b"")


async def test_nothing_is_ever_sent_there_again_until_somebody_says_so(desk: Desk, store: Store) -> None:
    await store.write(lambda c: contacts.find_or_create(c, ANN, "Ann Lee", at=NOW))
    await desk.forget(ANN, "sam")
    asked, rules = Ask(ANN, "transactional", "x", "p", NOW), Rules(key=desk.settings.key())
    verdict = await store.read(lambda c: policy.judge(c, asked, rules))
    assert isinstance(verdict, Suppress)
    assert verdict.code == "forgotten"
    assert (await desk.dossier(ANN)).forgotten
    assert await desk.unblock(ANN) == ("forgotten",)
    assert not isinstance(await store.read(lambda c: policy.judge(c, asked, rules)), Suppress)


async def test_open_cases_are_named_and_nothing_is_erased_before_they_end(desk: Desk, store: Store) -> None:
    case = await onboarding(desk)
    with pytest.raises(DeskError, match=f"baton stop {case}"):
        await desk.forget(ANN, "sam")
    assert (await desk.dossier(ANN)).contact is not None


async def test_a_case_of_somebody_else_that_names_them_keeps_its_own_words(desk: Desk, store: Store) -> None:
    other = await onboarding(desk, BOB, "Bob Ray")
    await store.write(lambda c: contacts.find_or_create(c, ANN, "Ann Lee", at=NOW))
    await store.write(lambda c: lived(c, other, BOB, f"Bob Ray, with {ANN}"))
    gone = await desk.forget(ANN, "sam")
    assert (gone.cases, gone.histories) == ((), (other,))
    assert await store.read(lambda c: holding(c, WORDS[:2])) == {}
    entries = await store.read(lambda c: cases.timeline(c, other))
    assert "Bob Ray, with forgotten-" in entries[0].text


@pytest.mark.parametrize(
    "coded",
    [
        b"Subject: Hi\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64encode(f"Ask {BOB}".encode()),
        b"Subject: Hi\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nAsk bob=40acme.test",
        b"Subject: =?utf-8?q?Ask_bob=40acme=2Etest?=\r\n\r\nHello",
    ],
)
async def test_a_mail_of_somebody_else_that_names_them_in_a_code_is_not_kept_as_it_came(
    desk: Desk, store: Store, coded: bytes
) -> None:
    def came(c: Connection) -> None:
        mails.keep(c, Incoming("replies", "m-cy", b"From: cy@c.test\r\n" + coded, NOW, "cy@c.test", ()))
        (mail,) = mails.new(c)
        mails.settle(c, mail.id, "read")
        said = encode({"from": "cy@c.test", "subject": "Hi", "text": f"Ask {BOB}"})
        inbox.accept(c, Arrival(mail.id, "mail", mail.id, "email", "mail/replies", "", "", "cy@c.test", said, NOW))

    store.write_now(came)
    await desk.forget(BOB, by="helen")
    assert store.read_now(lambda c: c.scalars(select(metadata.tables["mails"].c.raw)).all()) == [b""]


async def test_whoever_died_between_the_tables_and_the_caught_mails_comes_to_the_end_the_second_time(
    desk: Desk, store: Store
) -> None:
    await store.write(lambda c: contacts.find_or_create(c, ANN, "Ann Lee", at=NOW))
    known_as = (await desk.dossier(ANN)).address
    await desk.forget(ANN, "sam")
    caught = desk.settings.kept / "mail" / "0001-left.eml"
    caught.parent.mkdir(parents=True, exist_ok=True)
    caught.write_text(f"To: {known_as}\r\n\r\nHello")
    with pytest.raises(NotThere):
        await desk.forget(ANN, "sam")
    assert not caught.exists()


async def test_their_link_to_unsubscribe_says_that_nothing_is_sent(desk: Desk, store: Store) -> None:
    known_as, key = "ann@xn--mnchen-3ya.example", desk.settings.key()
    token = unsubscribe_token(key, known_as, "marketing")
    until = datetime.now(UTC) + timedelta(days=900)
    await store.write(lambda c: links.put(c, token_hash(token), "", "marketing", UNSUBSCRIBE, known_as, until))
    await store.write(lambda c: contacts.find_or_create(c, ANN, "Ann Lee", at=NOW))
    await desk.forget(ANN, "sam")
    seen = await desk.subscriber(token)
    assert seen is not None
    assert (seen.address, await desk.unsubscribe(token)) == ("", True)
    assert token != link_token(key, "", "process", UNSUBSCRIBE, known_as)


async def test_the_engine_is_asked_to_delete_the_histories(desk: Desk, store: Store) -> None:
    case = await onboarding(desk)
    await store.write(lambda c: lived(c, case, ANN, "Ann Lee"))
    await desk.forget(ANN, "sam")
    rows = await store.read(lambda c: c.execute(select(erasures.c.case_id, erasures.c.done_at)).all())
    assert [tuple(row) for row in rows] == [(case, None)]


async def test_a_table_that_nobody_has_thought_of_is_scrubbed_too(desk: Desk, store: Store) -> None:
    """A row in every table of today and tomorrow, with the address in every text and every blob, keys too."""

    def filled(column: Any) -> Any:
        if isinstance(column.type, Instant):
            return NOW
        if isinstance(column.type, LargeBinary):
            return b"\xff\0 " + ANN.replace("ann", "ANN").encode()
        return f"About {ANN}, {column.name}" if isinstance(column.type, Words) else 1

    def fill(c: Connection) -> None:
        for table in tables():
            c.execute(table.insert().values({column.name: filled(column) for column in table.columns}))

    await store.write(fill)
    assert len(await store.read(lambda c: scrubbing.holding(c, Spellings(ANN)))) == len(tables()) > 30
    await desk.forget(ANN, "sam")
    assert await store.read(lambda c: holding(c, WORDS)) == {}
    assert await store.read(lambda c: scrubbing.holding(c, Spellings(ANN))) == ()
