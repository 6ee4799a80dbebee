"""What became of all the cases of a process, in figures."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.desk import NotThere
from tests.durable.firm import Firm, firm

SENT = {"rating": "Well", "call_me": "no"}


async def test_a_report_counts_cases_mails_answers_and_what_was_late(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        started = [(await house.desk.start("soon", {"email": f"c{n}@acme.test"})).case for n in range(3)]
        await house.until(lambda: len(house.mails()) == 3)
        quick, slow = started[:2]
        await answer(house, quick, 0)
        await house.ended(quick)
        await house.until(lambda: is_late(house))
        await answer(house, slow, 1)
        for case in started:
            await house.ended(case)
        found = await house.desk.report("soon")
        assert (found.started, found.open, found.outcomes) == (3, 0, {"completed": 2, "questions_timed_out": 1})
        assert found.mails == {"sent": 3}
        (line,) = found.steps
        assert (line.step, line.answered, line.timed_out, line.late, line.open) == ("questions", 2, 0, 1, 0)
        assert line.title == ""  # each case has its own, with the name of somebody in it
        assert line.pace is not None
        assert (await house.desk.report("soon", house.desk.clock() + timedelta(days=1))).started == 0
        with pytest.raises(NotThere):
            await house.desk.report("son")


async def answer(house: Firm, case: str, client: int) -> None:
    link = await house.desk.link_for(case, "questions", "form", f"c{client}@acme.test")
    assert await house.desk.answer(link.rpartition("/")[2], SENT) == {}


async def is_late(house: Firm) -> bool:
    return (await house.desk.report("soon")).steps[0].late == 2
