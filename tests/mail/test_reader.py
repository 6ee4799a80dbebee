"""Mails find their case, start one, or wait for somebody: from the raw bytes to what the case does."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from engine.dispatcher import FIRST_PAUSE
from engine.gateways.parsing import Letter, Parser
from engine.language.connections import Mailbox
from engine.language.given import EMAIL
from engine.language.values import decode
from engine.mailroom import reasons
from engine.mailroom.placing import Placing
from engine.mailroom.sorting import Sorted
from engine.runtime.messages import Unreachable
from engine.store import contacts, files, inbox, mails, outbox, tables, triage
from engine.store.mails import Incoming, MailRow
from engine.store.rows import Arrival
from engine.store.store import Store
from tests.mail.bounces import COMPLAINTS
from tests.mail.house import MX, House, Loop, house
from tests.mail.post import parts, raw

BELIEVED = {"Authentication_Results": f"{MX}; dmarc=pass header.from=acme.test"}
ANN = "ann@acme.test"


async def asked(home: House) -> tuple[str, str]:
    """A case that has asked Ann, and the address that answers go to."""
    case = await home.start("ask", email=ANN)
    return case, await home.address(case, "ask", ANN)


async def test_an_answer_to_the_address_of_a_mail_goes_on_with_its_case(home: House) -> None:
    case, address = await asked(home)
    mail = await home.deliver(raw("Twelve.\n", To=address, **BELIEVED), to=address)
    assert await home.status(case) == "answered"
    assert "Twelve." in home.sent(ANN)[-1].text
    assert await home.why(mail) == ""


async def test_an_answer_without_that_address_is_known_by_the_mail_that_it_answers(home: House) -> None:
    case, _ = await asked(home)
    ours = f"<{home.sent(ANN)[0].message_id}>"
    await home.deliver(raw("Twelve.\n", In_Reply_To="<other@x>", References=f"<a@x> {ours} <b@x>", **BELIEVED))
    assert await home.status(case) == "answered"


async def test_what_an_answer_quotes_of_our_links_opens_nothing(home: House) -> None:
    case, address = await asked(home)
    token = "kADPlP3N8mHd2zRAQ2pm3QS-9Jfxx_P9C2B7QS0MCpU"
    written = f"See https://flow.northwind.example/f/{token}\n\nOn Monday N wrote:\n> https://x.test/t/{token}.\n"
    await home.deliver(raw(written, To=address, **BELIEVED), to=address)
    assert await home.status(case) == "answered"
    assert "https://flow.northwind.example/f/..." in home.sent(ANN)[-1].text
    (arrival,) = [one for one in await home.store.read(news_of) if one.kind == "email"]
    assert token not in arrival.data_json


def news_of(c: Connection) -> tuple[Arrival, ...]:
    return inbox.load(c, c.execute(select(tables.inbox.c.id)).scalars().all())


async def test_an_answer_counts_when_the_engine_never_heard_that_its_question_was_asked(home: House) -> None:
    case, address = await asked(home)
    home.loop.forget(case)
    await home.deliver(raw("Twelve.\n", To=address, **BELIEVED), to=address)
    await home.loop.back(case)
    assert await home.status(case) == "answered"
    assert len(home.sent(ANN)) == 2


async def test_an_answer_is_the_answer_to_the_question_of_a_form(home: House) -> None:
    case = await home.start("questionnaire", email=ANN)
    address = await home.address(case, "seats", ANN)
    await home.deliver(raw("Twelve.\n\nOn Monday N <n@x> wrote:\n> How many?\n", To=address, **BELIEVED))
    detail = await home.case(case)
    assert [wait.step for wait in detail.waits] == ["rest"]
    again = await home.deliver(raw("No, thirteen.\n", To=address, **BELIEVED))
    assert await home.why(again) == "not_listening"


async def test_a_mail_starts_a_case_and_its_files_belong_to_it(home: House) -> None:
    await home.desk.publish("enquiry")
    both = parts(
        "mixed", "Content-Type: text/plain\n\nTwelve seats, please.", "Content-Type: text/csv; name=a.csv\n\n1"
    )
    mail = await home.deliver(raw(**both, To="office@northwind.example"), "office")
    assert await home.why(mail) == ""
    (case,) = [found.id for found in await home.desk.cases()]
    assert home.sent(ANN)[0].subject == "Thank you for your mail"
    assert [file.name for file in await home.store.read(lambda c: files.of_case(c, case))] == ["a.csv"]


async def test_a_case_says_which_files_of_a_mail_were_too_many(home: House) -> None:
    case, address = await asked(home)
    pieces = [f"Content-Type: text/csv; name=a{n}.csv\n\n1" for n in range(42)]
    many = parts("mixed", "Content-Type: text/plain\n\nTwelve.", *pieces)
    await home.deliver(raw(**many, To=address, **BELIEVED))
    assert await home.status(case) == "answered"
    (told,) = [text for text in await home.timeline(case) if "Not everything" in text]
    assert "a40.csv" in told
    assert "a41.csv" in told


async def test_a_mail_that_no_trigger_wants_waits(home: House) -> None:
    await home.desk.publish("enquiry")
    mail = await home.deliver(raw("Hello?\n", **BELIEVED), "office")
    assert await home.why(mail) == "unmatched"


async def test_an_answer_to_a_case_that_has_ended_waits_with_the_case_that_it_was_for(home: House) -> None:
    case, address = await asked(home)
    await home.deliver(raw("Twelve.\n", To=address, **BELIEVED))
    late = await home.deliver(raw("Thirteen.\n", To=address, **BELIEVED))
    (row,) = await home.triage()
    assert (row.mail, row.reason, row.case, row.path) == (late, "ended", case, "ask")


async def test_what_cannot_be_parsed_waits_with_its_reason_and_the_next_mail_is_read(home: House) -> None:
    case, address = await asked(home)
    broken = await home.deliver(b"\x00\x01 this is no mail")
    await home.deliver(raw("Twelve.\n", To=address, **BELIEVED))
    assert await home.status(case) == "answered"
    (row,) = await home.triage()
    assert (row.mail, row.reason) == (broken, "unreadable")
    assert "header" in row.why


async def test_the_event_of_a_mail_has_the_fields_that_processes_may_name_whether_or_not_it_can_be_parsed(
    home: House,
) -> None:
    for content in (raw("Hello?\n", **BELIEVED), b"\x00\x01 this is no mail"):
        mail = await home.deliver(content, "office")
        event = await home.store.read(lambda c, mail=mail: triage.event_of(c, mail))  # type: ignore[misc]
        assert event.keys() == EMAIL.fields.keys()


async def test_a_mail_that_was_read_is_read_only_once(home: House) -> None:
    _, address = await asked(home)
    await home.deliver(raw("Twelve.\n", To=address, **BELIEVED))
    assert await home.reader.read() == 0
    assert [mail.subject for mail in home.sent(ANN)] == ["A few questions", "Thank you"]


async def test_what_a_colleague_answers_to_the_notice_of_a_task_is_no_answer_of_the_client(home: House) -> None:
    case = await home.start("check", email=ANN)
    detail = await home.case(case)
    task = next(wait.path for wait in detail.waits if wait.step == "look")
    address = await home.address(case, task, "sam@northwind.example")
    word = {"Authentication_Results": f"{MX}; dmarc=pass header.from=northwind.example"}
    mail = await home.deliver(raw("Done!\n", From="Sam <sam@northwind.example>", To=address, **word))
    assert await home.why(mail) == "notice"
    assert {wait.step for wait in (await home.case(case)).waits} >= {"look", "answer"}
    await home.deliver(raw("Twelve.\n", To=home.sent(ANN)[0].reply_to, **BELIEVED))
    assert "answer" not in {wait.step for wait in (await home.case(case)).waits}


async def test_nobody_signs_by_answering_the_mail(home: House) -> None:
    case = await home.start("sign", email=ANN)
    for words in ("I agree.\n", "Signed: Ann\n"):
        await home.deliver(raw(words, To=home.sent(ANN)[0].reply_to, **BELIEVED))
        assert {wait.step for wait in (await home.case(case)).waits} == {"sign"}, "who waits for mail has got it"


BOUNCE = """\
--b
Content-Type: text/plain

I am sorry to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.test

Final-Recipient: rfc822; ann@acme.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ann@acme.test>: user unknown

--b--
"""


async def test_a_bounce_marks_the_mail_and_the_contact(home: House) -> None:
    case, address = await asked(home)
    report = {"From": "MAILER-DAEMON@mx.acme.test", "To": address, "Subject": "Undelivered Mail Returned to Sender"}
    kind = {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b", "Return_Path": "<>"}
    mail = await home.deliver(raw(BOUNCE, **report, **kind), sender="", to=address)
    assert await home.why(mail) == ""
    (letter,) = await home.store.read(lambda c: outbox.listing(c, case=case))
    assert (letter.state, "5.1.1" in letter.reason) == ("bounced", True)
    found = await home.store.read(lambda c: contacts.suppressed(c, ANN, "process"))
    assert found is not None
    assert found.code == "bounced"


async def test_a_bounce_of_several_addresses_tells_of_each_and_marks_those_whom_the_case_wrote_to(home: House) -> None:
    case, address = await asked(home)
    victim = "\nFinal-Recipient: rfc822; victim@other.test\nAction: failed\nStatus: 5.1.1\n"
    head, end = BOUNCE.split("\nFinal-Recipient", 1)
    several = f"{head}{victim}\nFinal-Recipient{end}"
    kind = {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b", "Return_Path": "<>"}
    mail = await home.deliver(raw(several, From="MAILER-DAEMON@mx.test", To=address, **kind), sender="", to=address)
    told = await home.store.read(lambda c: inbox.load(c, [mail, f"{mail}-1"]))
    assert [decode(one.data_json)["address"] for one in told] == [ANN, "victim@other.test"]
    assert {one.case for one in told} == {case}
    assert await home.store.read(lambda c: contacts.suppressed(c, ANN, "process")) is not None
    assert await home.store.read(lambda c: contacts.suppressed(c, "victim@other.test", "process")) is None


async def test_a_complaint_marks_the_contact_and_is_no_answer(home: House) -> None:
    case, address = await asked(home)
    _, fields, body = COMPLAINTS[0]
    mail = await home.deliver(raw(body, **{**fields, "To": address}), to=address)
    assert await home.why(mail) == ""
    found = await home.store.read(lambda c: contacts.suppressed(c, ANN, "process"))
    assert found is not None
    assert found.code == "complained"
    assert await home.status(case) == "open"


async def test_a_case_that_listens_to_reports_hears_of_complaints_and_of_bounces(home: House) -> None:
    _, fields, complaint = COMPLAINTS[0]
    bounced = {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b", "From": "<>"}
    for body, head, outcome in ((complaint, fields, "complained"), (BOUNCE, bounced, "bounced")):
        case = await home.start("watchful", email=f"{outcome}@acme.test")
        address = await home.address(case, "ask", f"{outcome}@acme.test")
        await home.deliver(raw(body, **{**head, "To": address}), sender="", to=address)
        assert await home.status(case) == outcome


async def test_a_forged_bounce_about_no_mail_of_ours_changes_nothing(home: House) -> None:
    await asked(home)
    kind = {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b", "Return_Path": "<>"}
    mail = await home.deliver(raw(BOUNCE, From="MAILER-DAEMON@evil.test", **kind))
    assert await home.why(mail) == "not_ours"
    assert await home.store.read(lambda c: contacts.suppressed(c, ANN, "process")) is None


async def test_nobody_works_out_the_id_of_a_mail_that_they_have_not_seen(home: House) -> None:
    """Who sends a public form chooses the number of its page, and so knows what the case will be called."""
    case, _ = await asked(home)
    (letter,) = await home.store.read(lambda c: outbox.listing(c, case=case))
    guess = f"{sha256(letter.key.encode()).hexdigest()[:40]}@northwind.example"
    named = (
        f"{BOUNCE.rstrip().removesuffix('--b--')}--b\nContent-Type: message/rfc822\n\nMessage-ID: <{guess}>\n\n--b--\n"
    )
    kind = {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b", "Return_Path": "<>"}
    mail = await home.deliver(raw(named, From="MAILER-DAEMON@evil.test", **kind), sender="")
    assert await home.why(mail) == "not_ours"
    assert await home.store.read(lambda c: contacts.suppressed(c, ANN, "process")) is None


def test_no_reason_is_without_a_sentence() -> None:
    assert all(re.fullmatch(r"[a-z_]+", code) for code in reasons.SENTENCES)


async def test_a_mail_that_cannot_be_placed_or_written_waits_and_keeps_no_other_one(home: House) -> None:
    case, address = await asked(home)

    class Clumsy(Placing):
        """Stumbles over one subject."""

        async def sort(self, row: MailRow, letter: Letter, mailbox: Mailbox | None) -> Sorted:
            if letter.subject == "stumble":
                raise RuntimeError("over my own feet")
            return await super().sort(row, letter, mailbox)

        def write(self, c: Connection, row: MailRow, letter: Letter | None, sorted_: Sorted) -> None:
            if letter and letter.subject == "drop":
                raise ValueError("the pen")
            super().write(c, row, letter, sorted_)

    home.reader.placing = Clumsy(**vars(home.reader.placing))
    first = await home.deliver(raw("x\n", Subject="stumble"))
    second = await home.deliver(raw("x\n", Subject="drop"))
    await home.deliver(raw("Twelve.\n", To=address, **BELIEVED))
    assert [await home.why(mail) for mail in (first, second)] == ["failed", "failed"]
    assert await home.status(case) == "answered"


async def test_the_whole_way_there_and_back_is_the_same_on_every_database(tmp_path: Path, store: Store) -> None:
    async with house(tmp_path, store) as home:
        case = await home.start("ask", email=ANN)
        asked_for = home.sent(ANN)[0].reply_to
        assert re.fullmatch(r"replies\+[a-z2-7]{32}@northwind\.example", asked_for)
        stranger = await home.deliver(raw("No.\n", To=asked_for, From="bob@acme.test", **BELIEVED))
        broken = await home.deliver(b"\x00")
        assert [await home.why(mail) for mail in (stranger, broken)] == ["stranger", "unreadable"]
        await home.desk.dismiss_mail(broken, "noise", by="sam")
        await home.deliver(raw("Twelve.\n", To=asked_for, **BELIEVED), to=asked_for.upper())
        assert await home.status(case) == "answered"
        late = await home.deliver(raw("Thirteen.\n", To=asked_for, **BELIEVED))
        assert [row.mail for row in await home.triage()] == [late, stranger]
        for subject, reason in (("4711", "stranger"), ("other", "unmatched")):
            order = raw("Yes.\n", Subject=subject, To="office@northwind.example", From="bob@acme.test", **BELIEVED)
            if subject == "4711":
                await home.start("order", email=ANN, number="4711")
            assert await home.why(await home.deliver(order, "office")) == reason


class Unstarted(Parser):
    """Its process does not start once, as on a machine without memory or with too many open files."""

    def __init__(self, problem: Exception) -> None:
        super().__init__()
        self.problems = [problem]

    async def read(self, raw: bytes, *, authserv: str = "", null_sender: bool = False) -> Letter:
        if self.problems:
            raise self.problems.pop()
        return await super().read(raw, authserv=authserv, null_sender=null_sender)


@pytest.mark.parametrize(
    "problem", [BlockingIOError("no process"), TimeoutError(), asyncio.IncompleteReadError(b"", 4)], ids=repr
)
async def test_where_no_process_starts_for_parsing_the_reader_goes_on_and_reads_the_mail_later(
    home: House, problem: Exception
) -> None:
    _, address = await asked(home)
    home.reader.parser = Unstarted(problem)
    mail = Incoming("replies", "late", raw("Twelve.\n", To=address, **BELIEVED), datetime.now(UTC))
    await home.store.write(lambda c: mails.keep(c, mail))
    stop = asyncio.Event()
    reading = asyncio.create_task(home.reader.run(stop))
    await asyncio.wait([reading], timeout=4)
    assert not reading.done()
    stop.set()
    await reading
    assert not await home.store.read(lambda c: mails.new(c, 1))


@dataclass
class Lossy:
    """A line on which the case hears us, and its first word back is lost."""

    loop: Loop
    heard: bool = False

    async def start(self, case: str, process: str, digest: str, state: str) -> None:
        await self.loop.start(case, process, digest, state)

    async def tell(self, case: str, ids: Sequence[str]) -> None:
        await self.loop.tell(case, ids)
        if not self.heard:
            self.heard = True
            raise Unreachable("the connection broke")


async def test_an_answer_counts_once_also_where_nobody_heard_that_the_case_took_it(home: House) -> None:
    case = await home.start("ask", email=ANN)
    address = await home.address(case, "ask", ANN)
    home.dispatcher.courier = Lossy(home.loop)
    mail = await home.deliver(raw("Twelve.\n", To=address, **BELIEVED))
    await asyncio.sleep(FIRST_PAUSE)
    await home.settled()
    assert await home.status(case) == "answered"
    assert await home.why(mail) == "", "it ended the case, and did not come after its end"
    assert not [line for line in await home.timeline(case) if "after the end" in line]
