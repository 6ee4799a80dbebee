"""The gate: every effect passes the ledger, so that a repeat is answered and never done twice."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import Connection

from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.language.values import decode, encode
from engine.runtime.effects import Effect
from engine.runtime.flow import StepError
from engine.runtime.step import Result
from engine.store import ledger, outbox
from engine.store.rows import EffectRow
from engine.store.store import Store

LONGEST_DATA = timedelta(seconds=30)
"""No living attempt stays past its point of no return for longer (SMTP's own limit is shorter): it died there."""

DIED = "the sender died while sending: it may or may not have arrived"

Also = Callable[[Connection], None]
"""Rows that are written together with the ledger's: a plain function of a connection."""

T = TypeVar("T")


class Busy(Deferred):
    """Another attempt may be at work; its end is in the ledger before LONGEST_DATA is over."""

    def __init__(self) -> None:
        super().__init__("busy", "another attempt may still be at this")


class Posted(Exception):  # noqa: N818  # an outcome, and not always an error
    """The message waits in the outbox; how it ends is an arrival for its case. `said` tells the case why."""

    def __init__(self, said: str = "") -> None:
        super().__init__(said)
        self.said = said


_OURS = secrets.token_hex(8)  # no other process has it; to ask for one per attempt would be a system call each time
_ATTEMPTS = count()

FINISHED = ("sent", "done", "suppressed")
GIVEN_UP = ("refused", "unknown")


Follow = Callable[[Connection, ledger.Final, str], None]
"""Rows that follow the ledger's in the transaction in which it is written how it ended: (connection, state, error)."""


def alone(c: Connection, state: ledger.Final, error: str) -> None:
    """Nothing follows."""


class Gate:
    """One attempt at one effect. `follow` hears of its end inside the transaction that writes it down."""

    def __init__(self, store: Store, effect: Effect, follow: Follow = alone) -> None:
        self.store = store
        self.effect = effect
        self.follow = follow
        self.token = f"{_OURS}{next(_ATTEMPTS):x}"
        self.entered = False

    async def carry(self, work: Coroutine[Any, Any, T], carried: set[asyncio.Task[Any]]) -> T:
        """Do the work, which passes this gate. From the point of no return on it goes to its end whoever cancels it.

        An engine that has lost its patience, or its server, cancels what is
        under way and does it again: a mail cut off in the middle would be one
        of which nobody knows. `carried` holds the work until it is done.
        """
        task = asyncio.create_task(work)
        carried.add(task)
        task.add_done_callback(carried.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not self.entered:
                task.cancel()
            raise

    async def answered(self) -> Result | None:
        """The answer of an earlier attempt, if it had one.

        Raises StepError for one that was refused or may have happened, and
        Busy while another attempt may still be at work. A fresh effect is
        not looked up: should there be an attempt after all, the point of no
        return finds it.
        """
        if self.effect.fresh:
            return None
        row = await self.store.read(lambda c: ledger.look(c, self.effect.key))
        return await self._judge(row) if row else None

    async def no_return(self, recipient: str, message_id: str, decide: Callable[[Connection], T]) -> T:
        """From here on it may have happened: on disk before anything is. Raises like `answered`.

        `decide` writes what belongs to it into the same transaction; it may still turn the effect back there, and
        its value is the answer.
        """
        self.entered = True
        decided: list[T] = []

        def work(c: Connection) -> EffectRow:
            decided.clear()
            return self._enter(c, recipient, message_id, lambda c: decided.append(decide(c)))

        row = await self.store.write(work)
        if row.token != self.token:
            await self._judge(row)
            raise Busy
        return decided[0]

    async def attempt(self, doing: Awaitable[T]) -> T:
        """Do it. A definite no, and an answer that was lost, are written down and raised as StepError;
        Deferred leaves the ledger open for the next attempt."""
        try:
            return await doing
        except Refused as problem:
            raise await self._given_up("refused", problem.code, problem.message) from problem
        except Unconfirmed as problem:
            raise await self._given_up("unknown", problem.code, problem.message) from problem
        except Deferred as problem:
            await self.finish("failed", {}, problem.message)
            raise

    async def _given_up(self, state: ledger.Final, code: str, message: str) -> StepError:
        await self.store.write(lambda c: self._enter(c, "", "", lambda c: None))
        await self.finish(state, {}, message)
        return StepError(code, message)

    async def finish(self, state: ledger.Final, result: Result, error: str = "") -> Result:
        """Write down how it ended."""
        text = encode(result)
        await self.store.insist(lambda c: self._finish(c, state, text, error))
        return result

    def _finish(self, c: Connection, state: ledger.Final, text: str, error: str) -> None:
        at = datetime.now(UTC)
        if ledger.finish(c, self.effect.key, self.token, state, at, result_json=text, error=error):
            self.follow(c, state, error)

    async def at_once(self, result: Result, also: Also) -> Result:
        """An effect that is only rows of ours: they and the ledger's row are one transaction."""

        def decide(c: Connection) -> Result:
            also(c)
            return result

        return await self.decided(decide)

    async def decided(self, decide: Callable[[Connection], Result]) -> Result:
        """The same, where the result depends on what is in the rows: nobody writes between look and decision."""

        def work(c: Connection) -> tuple[EffectRow, Result]:
            row = self._enter(c, "", "", lambda c: None)
            if row.token != self.token:
                return row, {}
            result = decide(c)
            ledger.finish(c, self.effect.key, self.token, "done", datetime.now(UTC), result_json=encode(result))
            return row, result

        row, result = await self.store.write(work)
        if row.token == self.token:
            return result
        if answer := await self._judge(row):
            return answer
        raise Busy

    def _enter(self, c: Connection, recipient: str, message_id: str, also: Also) -> EffectRow:
        effect = self.effect
        row = ledger.claim(
            c,
            effect.key,
            case=effect.case,
            path=effect.path,
            purpose=effect.purpose,
            kind=effect.kind,
            token=self.token,
            at=datetime.now(UTC),
            recipient=recipient,
            message_id=message_id,
            in_data=True,
        )
        if row.token == self.token:
            also(c)
        return row

    async def _judge(self, row: EffectRow) -> Result | None:
        if row.state in FINISHED:
            answer: Result = decode(row.result_json)
            return answer
        if row.state in GIVEN_UP:
            raise StepError(row.state, row.error)
        if row.state == "posted":
            raise Posted
        if row.state != "in_data":
            return None
        if datetime.now(UTC) - row.claimed_at < LONGEST_DATA:
            raise Busy
        at = datetime.now(UTC)
        await self.store.write(lambda c: self._give_up(c, row, at))
        raise StepError("unknown", DIED)

    def _give_up(self, c: Connection, row: EffectRow, at: datetime) -> None:
        if ledger.give_up_unconfirmed(c, row.key, row.token, at, DIED):
            self.follow(c, "unknown", DIED)
            outbox.lost(c, at, DIED)  # whoever asks may not know yet that it is a mail


def give_up_forsaken(c: Connection) -> None:
    """Close the rows of senders that died and whose case has gone on or ended: nobody will ask for them again."""
    now = datetime.now(UTC)
    ledger.give_up_forsaken(c, now - 4 * LONGEST_DATA, now, DIED)
    outbox.lost(c, now, DIED)
