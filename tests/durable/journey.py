"""The worked example as one journey with many stops: cases can be put down at each, and taken further from there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.desk.answers import LinkKind
from tests.durable.firm import ACME, ANSWERS, Firm
from tests.durable.scenarios import hurry

PROCESS = "client-onboarding"
RENAMED = {"review": "check_answers", "check_in": "first_month"}

MAIL = "  - id: {0}\n    type: email\n    to: ${{ inputs.email }}\n    subject: {1}\n    body: {1}.\n\n"
RECEIVED, THANKS = MAIL.format("received", "We have your answers"), MAIL.format("thanks", "Thank you")


@dataclass
class Traveller:
    """A case on its way. `tokens` are those of the mails that it sent before it moved; `names` its steps' ids now."""

    house: Firm
    case: str
    email: str
    at: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def step(self, name: str) -> str:
        return self.names.get(name, name)

    async def task(self, step: str, outcome: str = "", **more: Any) -> None:
        await self.house.task(self.case, self.step(step), outcome, **more)

    async def hurry(self, step: str, times: int = 1) -> None:
        await hurry(self.house, self.case, self.step(step), times)

    async def mailed(self, step: str, kind: LinkKind) -> None:
        """Keep the token of the mail that the step has sent: the same page and address have the same token."""
        wait = await self.house.waits(self.case, self.step(step))
        url = await self.house.desk.link_for(self.case, wait.path, kind, self.email)
        self.tokens[step] = url.rpartition("/")[2]

    async def answer(self, step: str, answers: Mapping[str, Any]) -> None:
        assert await self.house.desk.answer(self.tokens[step], answers) == {}


async def _reminded(t: Traveller) -> None:
    await t.hurry("welcome")


async def _escalated(t: Traveller) -> None:
    await t.hurry("welcome", 2)


async def _answered(t: Traveller) -> None:
    await t.answer("welcome", ANSWERS)
    await t.house.waits(t.case, t.step("review"))


async def _accepted(t: Traveller) -> None:
    await t.task("review", "accept")
    await t.house.waits(t.case, "legal")


async def _changed(t: Traveller) -> None:
    await t.task("legal", "change", by="helen")
    await t.house.waits(t.case, "legal")


async def _approved(t: Traveller) -> None:
    await t.task("legal", "approve", by="helen")
    await t.mailed("signature", "signature")


async def _signed(t: Traveller) -> None:
    assert await t.house.desk.sign(t.tokens["signature"], "Ann Acme", True, "127.0.0.1", "test") == {}
    await t.house.waits(t.case, "billing")


async def _billed(t: Traveller) -> None:
    await t.task("billing", by="tom", checklist=("account",))
    await t.house.waits(t.case, "booking")


async def _booked(t: Traveller) -> None:
    starts_at = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    await t.house.desk.give(t.case, "booking", "by_phone", {"starts_at": starts_at}, by="sam")
    await t.house.waits(t.case, "prepare")


async def _prepared(t: Traveller) -> None:
    await t.task("prepare", tick=True)
    await t.house.waits(t.case, "kick_off_call")


async def _called(t: Traveller) -> None:
    await t.hurry("kick_off_call")
    await t.house.waits(t.case, "project")


async def _kicked_off(t: Traveller) -> None:
    wait = await t.house.waits(t.case, "project")
    child = wait.waiting_for.rpartition("(")[2].rstrip(")")
    await t.house.task(child, "team")
    await t.house.task(child, "plan", tick=True)
    await t.house.waits(t.case, "thirty_days")


async def _rested(t: Traveller) -> None:
    await t.hurry("thirty_days")
    await t.mailed("check_in", "form")


async def _told(t: Traveller) -> None:
    await t.answer("check_in", {"rating": "Well", "call_me": "no"})
    await t.house.ended(t.case)


STOPS: tuple[Callable[[Traveller], Awaitable[None]], ...] = (
    _reminded, _escalated, _answered, _accepted, _changed, _approved, _signed, _billed, _booked, _prepared, _called,
    _kicked_off, _rested, _told,
)  # fmt: skip


async def begin(house: Firm, n: int) -> Traveller:
    email = f"client{n}@acme.test"
    inputs = {**ACME, "company": f"Acme {n}", "email": email}
    case = (await house.desk.start(PROCESS, inputs, by="sam")).case
    traveller = Traveller(house, case, email)
    await traveller.mailed("welcome", "form")
    return traveller


async def travel(traveller: Traveller, to: int) -> None:
    """Go on as far as the stop of this number."""
    while traveller.at < to:
        await STOPS[traveller.at](traveller)
        traveller.at += 1


async def together(journeys: list[Awaitable[Any]], at_once: int = 12) -> list[Any]:
    gate = asyncio.Semaphore(at_once)

    async def one(journey: Awaitable[Any]) -> Any:
        async with gate:
            return await journey

    return await asyncio.gather(*(one(journey) for journey in journeys))


def rewrite(workspace: Path) -> None:
    """The next version: other names, other times, new steps before and after, blocks that are new."""
    path = workspace / "definitions" / "processes" / f"{PROCESS}.yaml"
    text = path.read_text()
    for old, new in (
        ("  - id: review\n", f"{RECEIVED}  - id: check_answers\n"),
        ("steps.review.", "steps.check_answers."),
        ("  - id: check_in\n", "  - id: first_month\n"),
        ("timeout: 20 business days", "timeout: 25 business days"),
        ("      - id: finance\n", "      - id: accounts\n"),
        ("timeout: 30 days\n", "timeout: 45 days\n"),
        ("\nhandlers: ", f"\n{THANKS}handlers: "),
    ):
        assert old in text, old
        text = text.replace(old, new)
    before, rest = text.split("  - id: prepare\n", 1)
    inside, after = rest.split("  # 6. Hand over", 1)
    lines = "".join(f"      {line}\n" if line else "\n" for line in ("- id: prepare\n" + _out(inside)).splitlines())
    path.write_text(f"{before}  - id: the_call\n    type: group\n    steps:\n{lines}\n  # 6. Hand over{after}")


def _out(block: str) -> str:
    return "".join(line[2:] if line.startswith("  ") else line for line in block.splitlines(keepends=True))
