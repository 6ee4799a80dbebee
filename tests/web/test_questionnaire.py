"""Questionnaires: what they ask, what they take, what they give back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.language.values import Money, decode
from engine.store import files
from tests.web.house import ANN, House, Visitor

WELCOME = {"legal_name": "Acme Limited", "address": "1 High St\r\nLondon", "seats": "12", "personal_data": "no"}
LEAST = {"company_name": "Acme", "agreed": "yes"}


async def answers(house: House) -> dict[str, Any]:
    (arrival,) = await house.arrived()
    found: dict[str, Any] = decode(arrival.data_json)["answers"]
    return found


async def test_the_page_asks_every_question_with_a_label(ann: Visitor, house: House) -> None:
    page = await ann.open(await house.welcome())
    assert page.status == 200
    assert "Registered company name" in page.words
    assert {"legal_name", "seats", "areas", "start_date", "personal_data"} <= set(page.controls)


async def test_a_form_says_whose_case_it_is_and_keeps_its_paragraphs(ann: Visitor, house: House) -> None:
    page = await ann.open(await house.everything("Acme & Sons"))
    assert "Every kind of question, for Acme & Sons" in page.words
    assert page.tags.count("p") >= 2


async def test_answers_arrive_typed_and_the_page_says_thanks(ann: Visitor, house: House) -> None:
    link = await house.welcome()
    page = await ann.send(link, WELCOME)
    assert (page.status, str(page.answer.url.path)) == (200, link)
    assert "Thank you" in page.words
    found = await answers(house)
    assert (found["seats"], found["personal_data"], found["address"]) == (12, False, "1 High St\nLondon")


async def test_every_kind_of_answer_is_taken(ann: Visitor, house: House) -> None:
    sent = LEAST | {
        "story": "Once\r\nupon a time",
        "seats": "1,200",
        "budget": "12,000.50",
        "starts_on": "2026-03-01",
        "call_at": "2026-07-01T09:30",
        "email": "ann@münchen.example",
        "phone": "+44 20 7946 0958",
        "website": "https://acme.test/",
        "colour": "Green",
        "month": "Sep",
        "areas": ["Sales", "Support"],
    }
    await ann.send(await house.everything(), sent)
    found = await answers(house)
    assert (found["budget"], found["starts_on"]) == (Money(Decimal("12000.50"), "GBP"), date(2026, 3, 1))
    assert found["call_at"] == datetime(2026, 7, 1, 8, 30, tzinfo=UTC), "half past nine in London, in summer"
    assert (found["areas"], found["month"], found["seats"]) == (["Sales", "Support"], "Sep", 1200)


async def test_a_file_is_stored_and_the_answer_names_it(ann: Visitor, house: House) -> None:
    logo = {"logo": ("C:\\pictures\\logo.png", b"\x89PNG...", "image/png")}
    page = await ann.send(await house.everything(), LEAST, files=logo)
    assert "logo.png" in page.words
    file = (await answers(house))["logo"]
    row = await house.desk.store.read(lambda c: files.get(c, file["file"]))
    assert row is not None
    assert (row.content, row.name, file["size"]) == (b"\x89PNG...", "logo.png", 7)


async def test_a_file_field_that_is_left_empty_is_no_answer(ann: Visitor, house: House) -> None:
    await ann.send(await house.everything(), LEAST, files={"logo": ("", b"", "application/octet-stream")})
    assert (await answers(house))["logo"] is None


async def test_a_form_cannot_name_a_file_of_somebody_else(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.everything(), LEAST | {"logo": "f1"})
    assert page.status == 200
    assert (await answers(house))["logo"] is None


async def test_a_wrong_answer_is_named_at_its_field_and_the_rest_is_kept(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.welcome(), WELCOME | {"seats": "lots", "areas": ["Sales"]})
    assert page.status == 422
    assert page.errors == {"seats": "This must be a number, like 25."}
    assert page.values["legal_name"] == ["Acme Limited"]
    assert page.values["seats"] == ["lots"]
    assert (page.values["areas"], page.values["personal_data"]) == (["Sales"], ["no"])
    assert await house.arrived() == []


async def test_the_summary_leads_to_each_wrong_answer(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.welcome(), {"seats": "lots"})
    assert set(page.errors) == {"legal_name", "address", "seats", "personal_data"}
    targets = [link.removeprefix("#") for link in page.links if link.startswith("#")]
    assert targets == ["legal_name", "address", "seats", "personal_data-1"]
    assert set(targets) <= page.ids
    assert page.focus == "legal_name"


async def test_an_error_is_tied_to_its_control(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.welcome(), WELCOME | {"seats": ""})
    control = page.controls["seats"]
    assert control["aria-invalid"] == "true"
    assert set(control["aria-describedby"].split()) <= page.ids


async def test_a_default_stands_in_the_page(ann: Visitor, house: House) -> None:
    page = await ann.open(await house.welcome())
    assert page.values["sign_in"] == ["Email and password"]


async def test_a_default_does_not_come_back_over_what_was_chosen(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.welcome(), WELCOME | {"sign_in": "Okta", "seats": ""})
    assert page.values["sign_in"] == ["Okta"]


async def test_a_browser_knows_what_it_may_fill_in(ann: Visitor, house: House) -> None:
    page = await ann.open(await house.everything())
    hints = {name: (found.get("type"), found.get("autocomplete")) for name, found in page.controls.items()}
    assert hints["company_name"] == ("text", "organization")
    assert (hints["email"], hints["phone"]) == (("email", "email"), ("tel", "tel"))
    assert page.controls["budget"]["inputmode"] == "decimal"


async def test_many_choices_become_a_list_that_opens(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.everything(), {"month": "Sep"})
    assert page.values["month"] == ["Sep"]
    assert page.tags.count("select") == 1


async def test_a_sent_questionnaire_shows_what_was_sent(ann: Visitor, house: House) -> None:
    link = await house.welcome()
    await ann.send(link, WELCOME)
    page = await ann.open(link)
    assert "form" not in page.tags
    assert "What you sent" in page.words
    assert "Acme Limited" in page.words


async def test_sending_the_same_twice_is_one_answer(ann: Visitor, house: House) -> None:
    link = await house.welcome()
    await ann.send(link, WELCOME)
    assert "Thank you" in (await ann.send(link, WELCOME)).words
    assert len(await house.arrived()) == 1


async def test_a_second_answer_with_mistakes_is_told_that_the_first_has_come(ann: Visitor, house: House) -> None:
    link = await house.welcome()
    await ann.send(link, WELCOME)
    page = await ann.send(link, {})
    assert (page.status, page.errors) == (200, {})
    assert "What you sent" in page.words
    assert len(await house.arrived()) == 1


async def test_a_second_answer_is_kept_and_said_to_be_late(ann: Visitor, house: House) -> None:
    link = await house.welcome()
    await ann.send(link, WELCOME)
    page = await ann.send(link, WELCOME | {"seats": "13"})
    assert "We have kept what you sent" in page.words
    assert len(await house.arrived()) == 2


async def test_a_closed_questionnaire_is_said_kindly(ann: Visitor, house: House) -> None:
    case = await house.onboarding()
    link = await house.link(case, "welcome", "form")
    await house.show(case)
    page = await ann.open(link)
    assert (page.status, "form" in page.tags) == (200, False)
    assert "This questionnaire is closed" in page.words


async def test_a_form_of_the_whole_case_has_a_page_too(ann: Visitor, house: House) -> None:
    case = await house.onboarding()
    url = await house.desk.page_link(case, "client_withdraws", ANN)
    link = url.removeprefix(house.desk.settings.base_url)
    assert "Stop the onboarding" in (await ann.open(link)).answer.text
    await ann.send(link, {"comment": "Sorry"})
    assert [a.kind for a in await house.arrived()] == ["form"]


async def test_a_form_that_may_be_sent_again_says_thanks_and_stays_open(ann: Visitor, house: House) -> None:
    url = await house.desk.page_link(await house.onboarding(), "contact_changed", ANN)
    link = url.removeprefix(house.desk.settings.base_url)
    for name in ("Bob", "Cyd"):
        page = await ann.send(link, {"name": name, "email": f"{name.lower()}@acme.test"})
        assert (page.status, "Thank you" in page.words) == (200, True)
    assert len(await house.arrived()) == 2
    assert "form" in (await ann.open(link)).tags


async def test_a_button_that_was_pressed_twice_counts_once_and_other_answers_count_again(
    ann: Visitor, house: House
) -> None:
    url = await house.desk.page_link(await house.onboarding(), "contact_changed", ANN)
    link = url.removeprefix(house.desk.settings.base_url)
    page = {"form-submission": "a" * 22, "name": "Bob"}
    for email in ("bob@acme.test", "bob@acme.test", "robert@acme.test"):
        assert "Thank you" in (await ann.send(link, {**page, "email": email})).words
    assert len(await house.arrived()) == 2


@pytest.mark.parametrize("words", ["${7*7}", "{% raw %}", "{{ 7*7 }}", "<script>alert(1)</script>", "'\"><b>", "&amp;"])
async def test_hostile_words_stay_words(ann: Visitor, house: House, words: str) -> None:
    link = await house.welcome(company=words)
    wrong = await ann.send(link, WELCOME | {"legal_name": words, "seats": ""})
    assert (wrong.values["legal_name"], "script" in wrong.tags, "b" in wrong.tags) == ([words], False, False)
    sent = await ann.send(link, WELCOME | {"legal_name": words})
    assert words in sent.words
    assert (await answers(house))["legal_name"] == words


async def test_line_breaks_in_a_name_become_spaces(ann: Visitor, house: House) -> None:
    await ann.send(await house.welcome(), WELCOME | {"legal_name": "Acme\r\nBcc: eve@evil.test"})
    assert (await answers(house))["legal_name"] == "Acme Bcc: eve@evil.test"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("company_name", "\x00"),
        ("company_name", ["Acme", "Bolt"]),
        ("email", "ann@acme.test\r\nBcc: eve@evil.test"),
        ("seats", "1e400"),
        ("seats", "\N{ARABIC-INDIC DIGIT ONE}"),
        ("budget", "NaN"),
        ("agreed", "perhaps"),
        ("starts_on", "2026-02-30"),
        ("call_at", "9999-99-99T99:99"),
        ("website", "javascript:alert(1)"),
        ("colour", "Purple"),
        ("areas", ["Sales", "Spying"]),
        ("company_name", "x" * 101),
        ("story", "x" * 20_001),
    ],
)
async def test_a_hostile_or_wrong_value_is_refused_at_its_field(
    ann: Visitor, house: House, name: str, value: Any
) -> None:
    page = await ann.send(await house.everything(), LEAST | {name: value})
    assert (page.status, set(page.errors)) == (422, {name})
    assert await house.arrived() == []


async def test_ten_megabytes_are_refused_at_their_field_and_the_rest_is_kept(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.everything(), LEAST | {"story": "x" * 10_000_000, "seats": "12"})
    assert (page.status, set(page.errors)) == (413, {"story"})
    assert (page.values["company_name"], page.values["seats"]) == (["Acme"], ["12"])
    assert len(page.answer.content) < 50_000


async def test_a_file_that_is_too_large_is_refused_at_its_field(ann: Visitor, house: House) -> None:
    logo = {"logo": ("logo.png", b"x" * 8_000_001, "image/png")}
    page = await ann.send(await house.everything(), LEAST, files=logo)
    assert (page.status, set(page.errors)) == (413, {"logo"})
    assert page.values["company_name"] == ["Acme"]


async def test_something_huge_that_nobody_asked_for_does_no_harm(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.welcome(), WELCOME | {"junk": "x" * 2_000_000})
    assert "Thank you" in page.words
