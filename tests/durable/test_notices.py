"""A chat is told something by a case on a real engine."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.durable.firm import DEFINITIONS, Firm, Target, firm

CONNECTIONS = """\
connections:
  chat:
    notify: [CHAT_URL]
"""
PROCESS = """\
language: 1
process: one-notice
title: One notice
inputs:
  company: { type: text, label: Company }
triggers:
  - { id: by_hand, type: manual }
steps:
  - id: tell
    type: notify
    connection: chat
    message: ${ inputs.company } has signed
    retry: { first_delay: 1 second }
"""


@pytest.fixture
async def house(tmp_path: Path, temporal: str, request: pytest.FixtureRequest) -> AsyncIterator[Firm]:
    folder = tmp_path / "definitions"
    (folder / "processes").mkdir(parents=True)
    shutil.copytree(DEFINITIONS / "emails", folder / "emails")
    (folder / "connections.yaml").write_text(CONNECTIONS)
    (folder / "processes" / "one-notice.yaml").write_text(PROCESS)
    target = Target(statuses=list(request.param))
    async with firm(tmp_path, temporal, target=target, definitions=folder) as made:
        yield made


@pytest.mark.parametrize("house", [(503,)], indirect=True)
async def test_a_chat_that_is_busy_is_told_later_and_once(house: Firm) -> None:
    case = (await house.desk.start("one-notice", {"company": "Acme"})).case
    await house.ended(case)
    assert [r["body"]["message"] for r in house.target.requests] == ["Acme has signed"] * 2  # the first was turned away
    assert [e.state for e in await house.effects(case)] == ["done"]
    assert [a.status for a in await house.desk.calls(case)] == [200, 503]


@pytest.mark.parametrize("house", [(500,)], indirect=True)
async def test_a_notice_of_which_nobody_knows_waits_for_somebody_to_decide(house: Firm) -> None:
    case = (await house.desk.start("one-notice", {"company": "Acme"})).case
    await house.until(lambda: _incident(house, case))
    assert len(house.target.requests) == 1
    await house.desk.operate(case, "tell", "retry", by="sam")
    await house.ended(case)
    assert len(house.target.requests) == 2


async def _incident(house: Firm, case: str) -> bool:
    return any("may have arrived" in i.message for i in (await house.desk.case(case)).incidents)
