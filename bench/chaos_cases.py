"""The life around the worker that is killed: cases start, clients answer, an operator clears incidents."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from engine.desk.desk import Desk
from engine.store import ledger
from engine.store.rows import EffectRow

PROCESS, QUESTIONS = "three-mails", "questions"
MAILS = (QUESTIONS, "news", "thanks")
ANSWERS = {"seats": 12, "start": "in May"}
GLANCE = 0.1  # seconds
SLOWEST_CLIENT = 1.0  # seconds from a questionnaire to its answers


class Life:
    """Keeps `at_once` cases under way, worker or not. `cases` are the ids of all that were started."""

    def __init__(self, desk: Desk, at_once: int, chance: random.Random) -> None:
        self.cases: list[str] = []
        self.incidents: dict[str, str] = {}  # key of the effect -> the words of its incident
        self._desk, self._at_once, self._chance = desk, at_once, chance
        self._patience: dict[str, timedelta] = {}  # case -> how long its client thinks
        self._answered: set[str] = set()

    async def go_on(self, more: Callable[[], bool]) -> None:
        """Start cases for as long as there shall be `more`, and answer questionnaires until cancelled."""
        while True:
            if more():
                await self._fill_up()
            await self._answer()
            await asyncio.sleep(GLANCE)

    async def start(self, count: int) -> None:
        for _ in range(count):
            number = len(self.cases) + 1
            inputs = {"company": f"Company {number}", "email": f"client{number}@acme.test"}
            case = (await self._desk.start(PROCESS, inputs)).case
            self._patience[case] = timedelta(seconds=self._chance.uniform(0, SLOWEST_CLIENT))
            self.cases.append(case)

    async def open_cases(self, health: str | None = None) -> list[str]:
        cases = await self._desk.cases(process=PROCESS, limit=10_000)
        return [case.id for case in cases if health in (None, case.health)]

    async def clear_incidents(self) -> None:
        """As an operator who finds out that the mail is there, or sends it by hand: skip, and note the cause."""
        for case in await self.open_cases("incident"):
            for incident in (await self._desk.case(case)).incidents:
                key = f"{case}/{incident.path}:send"
                if incident.status == "open" and key not in self.incidents:
                    self.incidents[key] = incident.message
                    await self._desk.operate(case, incident.path, "skip", by="chaos")

    async def _fill_up(self) -> None:
        lacking = self._at_once - len(await self.open_cases("ok"))
        await self.start(max(0, min(lacking, 3)))

    async def _answer(self) -> None:
        """Answer the questionnaires that have certainly arrived, once their clients have thought about them."""
        now = datetime.now(UTC)
        effects = await self._desk.store.read(lambda c: ledger.listing(c, states=("sent", "unknown")))
        for effect in effects:
            if effect.path != QUESTIONS or effect.case in self._answered or not self._may_answer(effect, now):
                continue
            self._answered.add(effect.case)
            link = await self._desk.link_for(effect.case, QUESTIONS, "form", effect.recipient)
            await self._desk.answer(link.rpartition("/")[2], ANSWERS)

    def _may_answer(self, effect: EffectRow, now: datetime) -> bool:
        if effect.state == "unknown":
            return effect.key in self.incidents
        return effect.finished_at is not None and now - effect.finished_at > self._patience[effect.case]
