"""A mail that somebody has to agree to: shown as its reader will see it, changed, agreed to or not."""

import pytest

from activities.packing import unpacked
from engine.desk import BadInputs, NotOpen
from engine.language.values import decode
from tests.web.house import House, Visitor


async def test_the_page_shows_the_mail_in_a_frame_that_can_do_nothing(ann: Visitor, house: House) -> None:
    link = await house.approval()
    page = await ann.open(link)
    assert "It costs 100." in page.words
    assert "<script" not in page.answer.text
    assert f'src="{link}/mail"' in page.answer.text
    mail = (await ann.open(f"{link}/mail")).answer
    policy = mail.headers["content-security-policy"]
    assert "It costs" in mail.text
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-" not in policy


async def test_the_mail_is_changed_before_somebody_agrees_to_it(ann: Visitor, house: House) -> None:
    link = await house.approval()
    change = {"task-action": "rewrite", "mail-subject": "Our better offer", "mail-body": "It costs **90**."}
    page = await ann.send(link, change)
    assert "Our better offer" in page.words
    assert "It costs 90" in page.words
    assert await house.arrived() == []


async def test_it_is_agreed_to_by_a_button_and_rejected_only_with_a_reason(ann: Visitor, house: House) -> None:
    link = await house.approval()
    read = {"mail-seen": (await ann.open(link)).values["mail-seen"]}
    assert (await ann.send(link, {"task-outcome": "reject", **read})).status == 422
    await ann.send(link, {"task-outcome": "reject", "task-comment": "Too cheap", **read})
    (arrival,) = await house.arrived()
    given = decode(arrival.data_json)
    assert (given["outcome"], given["comment"], arrival.by) == ("reject", "Too cheap", "helen")


async def test_nobody_agrees_to_a_mail_that_was_changed_while_they_read_it(ann: Visitor, house: House) -> None:
    link = await house.approval()
    read = {"mail-seen": (await ann.open(link)).values["mail-seen"]}
    await ann.send(link, {"task-action": "rewrite", "mail-subject": "Our offer", "mail-body": "It costs **90**."})
    page = await ann.send(link, {"task-outcome": "approve", **read})
    assert (page.status, await house.arrived()) == (422, [])
    assert "was changed after you opened this page" in page.words
    assert "It costs 90" in page.words
    await ann.send(link, {"task-outcome": "approve", "mail-seen": page.values["mail-seen"]})
    (arrival,) = await house.arrived()
    assert decode(arrival.data_json)["outcome"] == "approve"


async def test_a_mail_that_somebody_else_has_changed_is_agreed_to_by_what_was_read(house: House) -> None:
    await house.approval()
    (row,) = await house.desk.outbox()
    read = (await house.desk.message(row.key)).mark
    await house.desk.edit_message(row.key, body="It costs 1.", by="sam")
    for seen in ("", read):
        with pytest.raises(BadInputs, match="was changed by sam"):
            await house.desk.decide_on_message(row.key, "approve", by="helen", seen=seen)
    assert await house.arrived() == []
    await house.desk.decide_on_message(row.key, "approve", by="helen", seen=(await house.desk.message(row.key)).mark)
    assert len(await house.arrived()) == 1


async def test_a_mail_that_was_agreed_to_is_not_changed_before_its_case_hears_of_it(house: House) -> None:
    await house.approval()
    (row,) = await house.desk.outbox()
    await house.desk.decide_on_message(row.key, "approve", by="helen")
    with pytest.raises(NotOpen, match="leaves as somebody has agreed to it"):
        await house.desk.edit_message(row.key, body="It costs 1.", by="sam")
    assert "It costs 100" in (await house.desk.message(row.key)).text


async def test_the_pictures_of_a_new_text_go_along_and_those_of_the_old_one_do_not(house: House) -> None:
    await house.approval()
    (row,) = await house.desk.outbox()
    logo = house.desk.settings.workspace / "definitions" / "images" / "logo.png"
    logo.parent.mkdir(parents=True, exist_ok=True)
    logo.write_bytes(b"\x89PNG\r\n\x1a\n")
    for body, shown in (("![Us](images/logo.png)", ["logo.png"]), ("It costs 90.", [])):
        row = await house.desk.edit_message(row.key, body=body, by="sam")
        assert [one.name for one in unpacked(row.mail or b"").mail.images] == shown
    with pytest.raises(BadInputs, match=r"images/none.png is not there"):
        await house.desk.edit_message(row.key, body="![Us](images/none.png)", by="sam")


async def test_a_task_without_a_mail_shows_none(ann: Visitor, house: House) -> None:
    assert (await ann.open(f"{await house.task()}/mail")).status == 404
