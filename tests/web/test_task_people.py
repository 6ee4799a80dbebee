"""Tasks among colleagues by link: taking them, voting, leaving them out."""

from typing import Any

from engine.language.values import decode
from tests.web.house import House, Visitor

PLAIN: dict[str, Any] = {"form": "", "checklist": (), "outcomes": ()}
TEAM = {**PLAIN, "groups": ("legal",)}
POLL = {
    **PLAIN,
    "outcomes": ("approve", "send_back"),
    "approvals": {
        "need": 2,
        "of": ["legal", "compliance"],
        "groups": ["legal", "compliance"],
        "voters": {"helen": ["legal", "compliance"], "ines": ["compliance"]},
        "excluded": {},
    },
    "votes": ({"by": "ines", "groups": ["compliance"], "outcome": "approve", "comment": "Fine", "at": None},),
    "progress": "1 of 2 approvals, waiting for legal",
}


async def test_a_task_of_a_team_is_taken_with_a_button(ann: Visitor, house: House) -> None:
    link = await house.task(**TEAM)
    assert "Nobody has taken it yet" in (await ann.open(link)).words
    await ann.send(link, {"task-action": "claim"})
    (arrival,) = await house.arrived()
    assert (arrival.name, arrival.by) == ("claim", "helen")


async def test_who_has_a_task_sees_the_way_back(ann: Visitor, house: House) -> None:
    link = await house.task(**TEAM, assignee="helen", claimed=True, claims=1)
    page = await ann.open(link)
    assert "You have taken this task" in page.words
    assert "Nobody has taken" not in page.words
    await ann.send(link, {"task-action": "release"})
    assert [a.name for a in await house.arrived()] == ["release"]


async def test_the_others_see_who_has_it(ann: Visitor, house: House) -> None:
    link = await house.task(**TEAM, assignee="tom", claimed=True, claims=1)
    page = await ann.open(link)
    assert "Tom Ashworth has this task" in page.words
    assert "Give it back" not in page.words
    page = await ann.send(link, {"task-action": "claim"})
    assert (page.status, "Tom Ashworth has" in page.words) == (409, True)


async def test_a_substitute_is_told_why(ann: Visitor, house: House) -> None:
    page = await ann.open(await house.task(**PLAIN, why="Sam Whitfield is away until 5 May 2026, Helen Osei stands in"))
    assert "Helen Osei stands in." in page.words


async def test_a_vote_shows_how_far_it_is(ann: Visitor, house: House) -> None:
    page = await ann.open(await house.task(**POLL))
    assert "1 of 2 approvals, waiting for legal" in page.words
    assert "Ines Moreau Approve: Fine" in page.words
    assert "Your vote" in page.words


async def test_a_vote_is_given_once(ann: Visitor, house: House) -> None:
    link = await house.task(**POLL)
    page = await ann.send(link, {"task-outcome": "approve"})
    assert "Your vote has arrived." in page.words
    (arrival,) = await house.arrived()
    assert arrival.by == "helen"
    assert {"legal", "compliance"} <= set(decode(arrival.data_json)["groups"])


async def test_who_may_not_vote_reads_why(ann: Visitor, house: House) -> None:
    poll = {**POLL["approvals"], "excluded": {"helen": "they did “Draft”"}}
    link = await house.task(**{**POLL, "approvals": poll})
    page = await ann.open(link)
    assert "Helen may not vote here: they did “Draft”." in page.words
    assert "task-outcome" not in page.answer.text
    page = await ann.send(link, {"task-outcome": "approve"})
    assert (page.status, "may not vote" in page.words) == (403, True)


async def test_a_reason_is_asked_for_at_the_comment(ann: Visitor, house: House) -> None:
    link = await house.task(**{**PLAIN, "outcomes": ("accept", "reject"), "comments": ("reject",)})
    assert "Please say why, if you choose “Reject”." in (await ann.open(link)).words
    page = await ann.send(link, {"task-outcome": "reject"})
    assert (page.status, page.errors) == (422, {"task-comment": "Please say why."})
    assert (
        "It was finished with: Reject."
        in (await ann.send(link, {"task-outcome": "reject", "task-comment": "Too small"})).words
    )


async def test_a_button_says_what_its_author_wrote(ann: Visitor, house: House) -> None:
    link = await house.task(**{**PLAIN, "outcomes": ("ok", "no"), "labels": {"no": "Send it back"}})
    page = await ann.open(link)
    assert "Send it back" in page.words


async def test_a_task_that_does_not_apply_needs_a_reason(ann: Visitor, house: House) -> None:
    link = await house.task(**PLAIN, not_applicable=True)
    assert "Does not apply" in (await ann.open(link)).words
    page = await ann.send(link, {"task-action": "not_applicable"})
    assert page.errors == {"task-comment": "Please say why it does not apply."}
    page = await ann.send(link, {"task-action": "not_applicable", "task-comment": "A contractor"})
    assert "It does not apply." in page.words
