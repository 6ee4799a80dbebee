"""Tasks by link: what they show, and how they are finished."""

from hashlib import sha256

import pytest

from engine.language.given import EMAIL
from engine.language.values import decode
from engine.store import files
from tests.web.house import House, Visitor

DONE = {"task-outcome": "accept", "task-checklist": ["register"], "risk": "low"}


async def test_the_page_shows_what_to_check(ann: Visitor, house: House) -> None:
    page = await ann.open(await house.task())
    assert "Does the number of seats fit the deal?" in page.words
    assert "Company name Acme Trading" in page.words
    assert "Due 4 December 2026, 17:00" in page.words
    assert "Press search (optional)" in page.words


async def test_a_mail_is_shown_as_people_read_it(ann: Visitor, house: House) -> None:
    file = {"file": "m-1", "name": "plan.pdf", "sha256": sha256(b"x").hexdigest(), "size": 1}
    mail = dict.fromkeys(EMAIL.fields, "") | {
        "from": "ann@acme.test",
        "subject": "Re: Seats",
        "text": "Twelve.",
        "full_text": "Twelve. > How many?",
        "attachments": [file, file | {"file": "m-2", "name": "list.csv"}],
        "message_id": "1@acme.test",
    }
    page = await ann.open(await house.task(show={"steps.reply.event": mail}))
    assert "From ann@acme.test Subject Re: Seats Text Twelve. Attachments plan.pdf Attachments list.csv" in page.words
    assert "How many" not in page.words
    assert "1@acme.test" not in page.words
    assert sum(link.endswith(("/files/m-1", "/files/m-2")) for link in page.links) == 2


async def test_an_outcome_finishes_the_task(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.task(), DONE | {"task-comment": "Fine", "comment": "Fits"})
    assert "It was finished with: Accept." in page.words
    (arrival,) = await house.arrived()
    given = decode(arrival.data_json)
    assert (given["outcome"], given["comment"], given["checklist"]) == ("accept", "Fine", ["register"])
    assert given["answers"] == {"risk": "low", "comment": "Fits"}
    assert arrival.by == "helen"


async def test_what_is_missing_is_said_and_the_rest_is_kept(ann: Visitor, house: House) -> None:
    page = await ann.send(
        await house.task(), {"task-outcome": "accept", "task-comment": "Fine", "task-checklist": "press"}
    )
    assert (page.status, set(page.errors)) == (422, {"task-checklist", "risk"})
    assert (page.values["task-comment"], page.values["task-checklist"]) == (["Fine"], ["press"])
    assert await house.arrived() == []


async def test_an_outcome_that_does_not_exist_is_refused(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.task(), DONE | {"task-outcome": "explode"})
    assert page.status == 422
    assert "Choose an outcome" in page.words


async def test_a_comment_that_is_too_long_finishes_nothing(ann: Visitor, house: House) -> None:
    link = await house.task()
    for length, status in ((4_001, 422), (2_000_000, 413)):
        page = await ann.send(link, DONE | {"task-comment": "x" * length})
        assert (page.status, set(page.errors)) == (status, {"task-comment"})
    assert await house.arrived() == []


async def test_a_task_without_outcomes_has_one_button(ann: Visitor, house: House) -> None:
    link = await house.task(outcomes=(), checklist=(), form="")
    assert "It is done" in (await ann.open(link)).words
    assert "Done. Thank you" in (await ann.send(link, {"task-outcome": ""})).words


async def test_finishing_it_twice_changes_nothing(ann: Visitor, house: House) -> None:
    link = await house.task()
    await ann.send(link, DONE)
    page = await ann.send(link, DONE | {"task-outcome": "send_back"})
    assert (page.status, "nothing was changed" in page.words) == (409, True)
    assert len(await house.arrived()) == 1


@pytest.mark.parametrize(
    ("mime", "shown_as"),
    [("application/pdf", "inline"), ("text/html", "attachment"), ("image/svg+xml", "attachment")],
)
async def test_a_file_is_opened_from_the_task_and_never_as_a_page(
    ann: Visitor, house: House, mime: str, shown_as: str
) -> None:
    digest = sha256(b"<b>").hexdigest()
    file = {"file": "f7", "name": "logo.x", "sha256": digest, "size": 3}
    link = await house.task(show={"steps.everything.answers": {"logo": file}})
    await house.desk.store.write(lambda c: files.put(c, "f7", "case", "logo.x", mime, digest, b"<b>"))
    assert f"{link}/files/f7" in (await ann.open(link)).links
    answer = (await ann.open(f"{link}/files/f7")).answer
    assert (answer.content, answer.headers["content-disposition"].split(";")[0]) == (b"<b>", shown_as)


async def test_a_file_that_the_task_does_not_show_is_not_there(ann: Visitor, house: House) -> None:
    await house.signature()
    link = await house.task()
    assert (await ann.open(f"{link}/files/f1")).status == 404


async def test_a_cancelled_task_is_said_to_be_closed(ann: Visitor, house: House) -> None:
    page = await ann.open(await house.task(status="cancelled"))
    assert (page.status, "This task is closed" in page.words) == (200, True)
