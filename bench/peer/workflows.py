"""The two processes as one would write them by hand for Temporal: plain classes, one activity a step."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.peer.letters import NEWS, QUESTIONS, REMINDER, THANKS, Customer, Letter, Work

LIMIT = timedelta(seconds=30)
REMIND = timedelta(days=2)
GIVE_UP = timedelta(days=10)


async def send(words: tuple[str, str], to: Customer) -> None:
    await workflow.execute_activity("send_mail", Letter(*words, to), start_to_close_timeout=LIMIT)


async def within(limit: timedelta, true: Callable[[], bool]) -> bool:
    """Wait for it; False when the time is over."""
    try:
        await workflow.wait_condition(true, timeout=limit)
    except TimeoutError:
        return False
    return True


@workflow.defn
class TenMails:
    @workflow.run
    async def run(self, customer: Customer) -> str:
        for words in NEWS:
            await send(words, customer)
        return "completed"


@workflow.defn
class Questionnaire:
    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.outcome = ""

    @workflow.signal
    def answer(self, answers: dict[str, str]) -> None:
        self.answers = answers

    @workflow.signal
    def task_done(self, outcome: str) -> None:
        self.outcome = outcome

    @workflow.run
    async def run(self, customer: Customer) -> str:
        await send(QUESTIONS, customer)
        if not await within(REMIND, lambda: bool(self.answers)):
            await send(REMINDER, customer)
            if not await within(GIVE_UP - REMIND, lambda: bool(self.answers)):
                return "no_answer"
        task = Work(workflow.info().workflow_id, f"Read the answers of {customer.company}", "client-success")
        await workflow.execute_activity("open_task", task, start_to_close_timeout=LIMIT)
        if not await within(GIVE_UP, lambda: bool(self.outcome)):
            return "not_read"
        await send(THANKS, customer)
        return "completed"
