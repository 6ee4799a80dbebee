"""Mail that waits: looked at, given to a case, used to begin one, put aside; each with who and when."""

import asyncio

import pytest

from engine.desk import BadInputs, DeskError, NotOpen, NotThere
from engine.store import inbox, triage
from tests.mail.house import MX, House
from tests.mail.post import parts, raw
from tests.mail.test_reader import ANN, BELIEVED, asked


async def test_a_mail_of_somebody_else_is_given_to_the_case_that_it_seems_to_belong_to(home: House) -> None:
    case, address = await asked(home)
    both = parts("mixed", "Content-Type: text/plain\n\nTwelve.", "Content-Type: text/csv; name=a.csv\n\n1")
    mail = await home.deliver(raw(**both, From="bob@acme.test", To=address, **BELIEVED))
    assert await home.why(mail) == "stranger"
    assert await home.desk.attach_mail(mail[:12], by="sam") == case
    await home.settled()
    assert await home.status(case) == "answered"
    assert "A mail from bob@acme.test was given to it by sam" in await home.timeline(case)
    assert await home.triage() == []
    with pytest.raises(NotOpen, match="attached by sam"):
        await home.desk.attach_mail(mail, case, by="helen")


async def test_a_mail_answers_the_question_of_the_form_that_it_is_given_to(home: House) -> None:
    case = await home.start("questionnaire", email=ANN)
    mail = await home.deliver(raw("Twelve.\n", **BELIEVED))
    with pytest.raises(DeskError, match="which case"):
        await home.desk.attach_mail(mail, by="sam")
    with pytest.raises(NotThere, match="takes mail"):
        await home.desk.attach_mail(mail, case, "rest", by="sam")
    await home.desk.attach_mail(mail, case, "seats", by="sam")
    await home.settled()
    assert [wait.step for wait in (await home.case(case)).waits] == ["rest"]


async def test_a_mail_that_cannot_be_parsed_can_be_shown_and_given_to_a_case(home: House) -> None:
    case, _ = await asked(home)
    mail = await home.deliver(b"\x00 no mail")
    shown = await home.desk.waiting_mail(mail)
    assert (shown.raw, shown.row.reason) == (b"\x00 no mail", "unreadable")
    await home.desk.attach_mail(mail, case, by="sam")
    await home.settled()
    assert await home.status(case) == "answered"


async def test_what_waits_says_what_would_have_to_be_put_right(home: House) -> None:
    await home.desk.publish("signed")
    nobody = await home.deliver(raw("Lunch?\n"), "office")
    assert await home.why(nobody) == "unauthenticated"
    why = (await home.desk.waiting_mail(nobody)).row.why
    assert why == f"The mailbox takes the word of `{MX}`. And no process and no case waits for it."
    nameless = await home.deliver(raw("An offer, please.\n", From=ANN), "office")
    assert await home.why(nameless) == "misfire"
    assert "Name is required" in (await home.desk.waiting_mail(nameless)).row.why


async def test_a_case_begins_with_a_mail_and_the_inputs_that_its_trigger_makes_of_it(home: House) -> None:
    await home.desk.publish("enquiry")
    mail = await home.deliver(raw("Hello?\n", **BELIEVED), "office")
    with pytest.raises(BadInputs):
        await home.desk.start_by_mail(mail, "enquiry", {"email": "nobody"}, by="sam")
    started = await home.desk.start_by_mail(mail, "enquiry", {}, by="sam")
    await home.settled()
    assert home.sent(ANN)[0].subject == "Thank you for your mail"
    assert (await home.case(started.case)).summary.process == "enquiry"
    assert await home.triage() == []
    shown = await home.desk.waiting_mail(mail)
    assert (shown.row.outcome, shown.row.by, shown.row.note) == ("started", "sam", started.case)
    assert shown.row.closed_at is not None


async def test_a_mail_that_is_put_aside_waits_no_longer_and_is_kept_with_the_reason(home: House) -> None:
    mail = await home.deliver(raw("Buy now!\n", **BELIEVED))
    with pytest.raises(DeskError, match="why"):
        await home.desk.dismiss_mail(mail, " ", by="sam")
    await home.desk.dismiss_mail(mail, "advertising", by="sam")
    shown = await home.desk.waiting_mail(mail)
    assert (shown.row.outcome, shown.row.note, shown.row.by) == ("dismissed", "advertising", "sam")
    assert b"Buy now!" in shown.raw
    assert await home.triage() == []


async def test_a_mail_cannot_be_given_to_a_case_that_has_ended_or_that_there_is_not(home: House) -> None:
    _, address = await asked(home)
    await home.deliver(raw("Twelve.\n", To=address, **BELIEVED))
    mail = await home.deliver(raw("Thirteen.\n", To=address, **BELIEVED))
    with pytest.raises(NotOpen, match="ended"):
        await home.desk.attach_mail(mail, by="sam")
    with pytest.raises(NotThere):
        await home.desk.attach_mail(mail, "ask-nothere", by="sam")
    assert await home.why(mail) == "ended"


async def test_a_mail_given_to_a_case_that_ends_at_that_moment_waits_again(home: House) -> None:
    first, other = (await asked(home))[0], (await asked(home))[0]
    mail = await home.deliver(raw("Twelve.\n", From="bob@acme.test", **BELIEVED))
    await home.desk.attach_mail(mail, first, by="sam")
    home.loop.over.add(first)
    await home.settled()
    assert await home.why(mail) == "ended"
    await home.desk.attach_mail(mail, other, by="sam")
    await home.settled()
    assert await home.status(other) == "answered"
    assert await home.triage() == []


async def test_a_mail_that_came_too_late_is_given_to_its_case_once_that_goes_on_again(home: House) -> None:
    case, address = await asked(home)
    home.loop.over.add(case)
    mail = await home.deliver(raw("Twelve.\n", To=address, **BELIEVED))
    assert await home.why(mail) == "ended"
    home.loop.over.clear()
    await home.desk.attach_mail(mail, by="sam")
    await home.settled()
    assert await home.status(case) == "answered"


async def test_two_people_who_decide_at_once_decide_once(home: House) -> None:
    case, _ = await asked(home)
    mail = await home.deliver(raw("Twelve.\n", From="bob@acme.test", **BELIEVED))
    given = home.desk.attach_mail(mail, case, by="sam")
    done = await asyncio.gather(given, home.desk.dismiss_mail(mail, "no", by="helen"), return_exceptions=True)
    assert sum(isinstance(one, NotOpen) for one in done) == 1
    assert [one for one in done if isinstance(one, Exception) and not isinstance(one, NotOpen)] == []


async def test_a_mail_that_a_case_took_a_moment_ago_is_not_given_to_another_one(home: House) -> None:
    case, _ = await asked(home)
    mail = await home.deliver(raw("Twelve.\n", From="bob@acme.test", **BELIEVED))
    (row,) = await home.triage()
    await home.store.write(lambda c: inbox.routed(c, mail))  # as a case does that begins to listen
    now = home.desk.clock()
    assert not await home.store.write(lambda c: triage.close(c, row, "attached", f"to {case}", "sam", now))
