"""The perform activity: one slow or failing effect on its own, with the engine's retries around it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.gate import Busy, Posted
from activities.moves import PlanOf
from activities.posting import said_of
from activities.turns import perform
from activities.world import World
from engine.gateways.outcome import Deferred
from engine.language.plan import Plan
from engine.language.values import decode, encode
from engine.runtime.effects import POSTED, Effect
from engine.runtime.flow import StepError
from engine.runtime.messages import Pending
from engine.runtime.step import Result, Retry

HEARTBEAT = 1.0  # seconds


@dataclass
class Performs:
    """The perform activity of one worker."""

    world: World
    plan_of: PlanOf

    @activity.defn(name="perform")
    async def perform(self, pending: Pending) -> str:
        """Perform the effect once; its result as text. A definite failure ends the retries."""
        plan = await self.plan_of(pending.plan)
        payload = decode(pending.payload)
        effect = Effect(
            pending.key,
            pending.case,
            pending.path,
            pending.purpose,
            pending.kind,
            payload,
            retry_of(pending),
            fresh=False,
        )
        async with _heartbeats():
            try:
                return encode(await self._patiently(plan, effect))
            except StepError as problem:
                raise ApplicationError(problem.message, type=problem.code, non_retryable=True) from problem
            except Deferred as problem:
                raise ApplicationError(problem.message, type=problem.code, next_retry_delay=problem.after) from problem

    async def _patiently(self, plan: Plan, effect: Effect) -> Result:
        """One attempt. Waiting for the end of another one costs none, so that none is given up only for that."""
        while True:
            try:
                return await perform(self.world, plan, effect)
            except Busy:
                await asyncio.sleep(HEARTBEAT)
            except Posted as posted:
                return {POSTED: posted.said or await said_of(self.world, effect.key)}


def retry_of(pending: Pending) -> Retry:
    """How often, and how far apart, an effect is tried."""
    first, longest = (f"{max(round(s), 1)} seconds" for s in (pending.first_delay, pending.max_delay))
    return Retry(max_attempts=pending.max_attempts, first_delay=first, max_delay=longest)


@asynccontextmanager
async def _heartbeats() -> AsyncIterator[None]:
    """Signs of life, so that an effect whose worker was killed is tried again within seconds."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(HEARTBEAT)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
