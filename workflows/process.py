"""The one workflow of Baton: holds a case's state, takes turns, waits for news.

It interprets nothing. What a turn means is decided in the turn activity, so
neither a change of the language nor of the interpreter can break a replay.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from engine.runtime.messages import ABI, Pending, Performed, Start, TurnInput, TurnOutput

TURN = "turn"
PERFORM = "perform"
TASK_TIMEOUT = timedelta(seconds=3)  # after a kill, the next worker takes the turn again this soon
TURN_LIMIT = timedelta(seconds=60)
EFFECT_LIMIT = timedelta(seconds=90)
EFFECT_GIVE_UP = timedelta(hours=24)
MANY_EVENTS = 4_000
LONGEST_PAUSE = 600.0  # seconds between tries of a turn that fails

TURN_RETRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=5), maximum_attempts=3
)


@workflow.defn(dynamic=True)
class Case:
    """One running case. Its workflow type is the process, its id the case."""

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        self.start: Start = workflow.payload_converter().from_payload(args[0].payload, Start)
        self.plan = self.start.plan
        self.state = self.start.state
        self.news: list[str] = list(self.start.news)
        self.performed: list[Performed] = list(self.start.performed)
        self.running: dict[str, asyncio.Task[None]] = {}

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> str:
        if self.start.abi != ABI:
            raise ValueError(f"this case speaks loop contract {self.start.abi}, this worker {ABI}")
        turned = await self._turn()
        while not turned.ended:
            await self._wait_for_news(turned.deadline)
            turned = await self._turn()
            if not turned.ended and self._long_enough():
                self._renew()
        for task in self.running.values():
            task.cancel()
        return turned.outcome

    @workflow.update
    def tell(self, ids: list[str]) -> None:
        """Ids of inbox rows for this case. An update reaches the loop in a third of a signal's time, and costs the
        server one transition where a signal costs three."""
        self.news.extend(ids)

    async def _turn(self) -> TurnOutput:
        turned = await self._take()
        self.state = turned.state
        self.plan = turned.plan or self.plan
        for key in turned.cancelled:
            if task := self.running.pop(key, None):  # it may have ended while the turn was taken
                task.cancel()
        for pending in turned.pending:
            self.running[pending.key] = asyncio.create_task(self._perform(pending))
        return turned

    async def _take(self) -> TurnOutput:
        """Take a turn for as long as it needs: with the worker or the database in trouble, the case just waits."""
        pause = 1.0
        while True:
            try:
                return await self._ask()
            except FailureError as failure:  # a local activity fails as itself, without ActivityError around it
                if is_cancelled_exception(failure):
                    raise
            await self._rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            if self._long() and not self.running:
                self._renew()

    async def _rest(self, pause: float) -> None:
        """Leave a turn that failed alone for a while, or until something more arrives: it may be the way out."""
        known = len(self.news) + len(self.performed)
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: len(self.news) + len(self.performed) > known, timeout=pause)

    async def _ask(self) -> TurnOutput:
        asked = TurnInput(
            self.start.case,
            self.plan,
            self.state,
            workflow.now().timestamp(),
            list(self.news),
            list(self.performed),
            sorted(self.running),
        )
        turned: TurnOutput = await workflow.execute_local_activity(
            TURN, asked, result_type=TurnOutput, start_to_close_timeout=TURN_LIMIT, retry_policy=TURN_RETRIES
        )
        del self.news[: len(asked.events)], self.performed[: len(asked.performed)]
        return turned

    async def _perform(self, pending: Pending) -> None:
        """One slow or failing effect as a regular activity, named by its step's path."""
        policy = RetryPolicy(
            initial_interval=timedelta(seconds=max(pending.first_delay, 0.1)),
            maximum_interval=timedelta(seconds=max(pending.max_delay, pending.first_delay, 0.1)),
            maximum_attempts=max(pending.max_attempts - pending.attempted, 1),
        )
        if pending.attempted:
            await asyncio.sleep(pending.first_delay)
        try:
            result: str = await workflow.execute_activity(
                PERFORM, pending, activity_id=pending.key.partition("/")[2], summary=pending.path,
                start_to_close_timeout=EFFECT_LIMIT, schedule_to_close_timeout=EFFECT_GIVE_UP, retry_policy=policy,
                heartbeat_timeout=timedelta(seconds=5),
            )  # fmt: skip
            ended = Performed(pending.key, result)
        except ActivityError as failure:
            cause = failure.cause
            ended = Performed(pending.key, None, str(cause or failure), getattr(cause, "type", None) or "gave_up")
        self.running.pop(pending.key, None)
        self.performed.append(ended)

    async def _wait_for_news(self, deadline: float | None) -> None:
        timeout = None if deadline is None else max(deadline - workflow.now().timestamp(), 0.001)
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: bool(self.news or self.performed), timeout=timeout)

    def _long_enough(self) -> bool:
        """Continue as new between turns: never with undelivered news, or with effects under way."""
        if self.news or self.performed or self.running:
            return False
        return self._long() or "renew" in self.start.flags or self.plan != self.start.plan

    def _long(self) -> bool:
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() > MANY_EVENTS

    def _renew(self) -> NoReturn:
        """Go on in a new history, with what no turn has taken yet."""
        start = self.start
        workflow.continue_as_new(
            Start(ABI, start.case, self.plan, self.state, start.flags, list(self.news), list(self.performed))
        )
