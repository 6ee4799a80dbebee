"""One message that has waited: asked once more whether it may leave, sent by phases, and its case is told."""

import logging
import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from activities import clearance
from activities.clearance import Answer, Held
from activities.gate import DIED, LONGEST_DATA
from activities.outgoing import Outgoing
from activities.packing import unpacked
from activities.posting import put_links, sent, suppressed
from activities.world import World
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.language.values import encode
from engine.runtime.step import Result
from engine.store import holds, lanes, ledger, outbox
from engine.store.letters import tell
from engine.store.policy import Go, Rules, Suppress, judge
from engine.store.rows import OutboxRow

log = logging.getLogger("baton.postman")


class _Stays(Exception):  # noqa: N818  # an outcome, and not always an error
    """It was changed, cancelled or put on hold in the last moment."""


class Delivery:
    """One attempt at one message that waits."""

    def __init__(self, world: World, row: OutboxRow, out: Outgoing) -> None:
        self.world = world
        self.row = row
        self.out = out
        self.token = secrets.token_hex(8)
        self.entered = False

    async def make(self) -> None:
        """Whatever becomes of it is in the rows afterwards."""
        with suppress(_Stays):
            end = await self._send()
            await self.world.store.insist(end)

    async def _send(self) -> Callable[[Connection], None]:
        """How it ended: what is to be written."""
        try:
            said = await self.world.mailer.send(self.out.mail, self._before_data)
        except Refused as problem:
            return partial(self._given_up, state="refused", shown="bounced", code=problem.code, error=problem.message)
        except Unconfirmed as problem:
            return partial(self._given_up, state="unknown", shown="unknown", code=problem.code, error=problem.message)
        except Deferred as problem:
            return partial(self._later, problem=problem)
        except (_Stays, SQLAlchemyError):
            raise
        except Exception as problem:  # an edge: one mail with which something is wrong must not keep the others waiting
            if self.entered:
                raise
            log.exception("message %s could not be handed over", self.row.seq)
            return partial(self._later, problem=Deferred("bug", f"it could not be handed over: {problem!r}"))
        return partial(self._done, result=sent(self.out.mail, said))

    async def _before_data(self) -> None:
        if not await self.world.store.write(self._leaves):
            raise _Stays
        self.entered = True

    def _leaves(self, c: Connection) -> bool:
        """In one transaction: nothing holds it back, it is still as it was read, and from here on it may happen."""
        now = datetime.now(UTC)
        if holds.over(c, self.row.class_, self.row.sender) or not self._may(c, now) or not lanes.leaves(c, self.row):
            return False
        if not ledger.collect(c, self.row.key, self.token, now):
            _put_aside(c, self.row, now, "it waits here, and the ledger of effects does not know of it")
            return False
        put_links(c, self.row.case, self.out, now)
        return True

    def _may(self, c: Connection, now: datetime) -> bool:
        """Whether nothing has come between while the server was spoken to: they unsubscribed, another account has
        used up their cap. Otherwise it is taken up once more, and then ends or waits."""
        return isinstance(judge(c, clearance.ask_of(self.row.key, self.row.case, self.out, now), self.world.rules), Go)

    def _done(self, c: Connection, result: Result) -> None:
        now = datetime.now(UTC)
        if ledger.finish(c, self.row.key, self.token, "sent", now, result_json=encode(result)):
            outbox.finish(c, self.row, "sent", now)
            tell(c, self.row, now, result=result)

    def _given_up(self, c: Connection, state: ledger.Final, shown: outbox.Final, code: str, error: str) -> None:
        now = datetime.now(UTC)
        ledger.collect(c, self.row.key, self.token, now)
        if ledger.finish(c, self.row.key, self.token, state, now, error=error):
            outbox.finish(c, self.row, shown, now, code, error)
            tell(c, self.row, now, code=code, error=error)

    def _later(self, c: Connection, problem: Deferred) -> None:
        now = datetime.now(UTC)
        made, pause = self.out.patience.after(self.row.attempts, problem.code)
        if pause is None:
            self._given_up(c, "refused", "bounced", problem.code, f"given up after {made} attempts: {problem.message}")
            return
        ledger.post(c, self.row.key, self.token, now)
        known = ledger.look(c, self.row.key)
        if known is None or known.state != "posted":  # another worker has overtaken this one, and is at it
            return
        lanes.put_off(c, self.row, "retry", problem.message, now + timedelta(seconds=pause), made)


def clear(
    c: Connection, row: OutboxRow, rules: Rules, now: datetime, colleagues: Collection[str] = ()
) -> Outgoing | None:
    """The message, if it may leave now; otherwise it is put off, or ended. In the transaction that takes it up.

    `colleagues` are the addresses, in their normal form, that always get their copies.
    """
    try:
        out = unpacked(row.mail or b"")
        answer: Answer = clearance.again(c, row.key, row.case, out, rules, now)
    except (LookupError, TypeError, ValueError, Refused) as problem:
        _put_aside(c, row, now, f"it cannot be read any more: {problem!r}")
        return None
    if isinstance(answer, Held):
        lanes.put_off(c, row, answer.code, answer.because, answer.until, row.attempts)
        return None
    if isinstance(answer, Suppress):
        withdraw(c, row, suppressed(out.mail, answer), "suppressed", answer.code, answer.reason, now)
        return None
    return replace(out, mail=replace(out.mail, cc=clearance.copies(c, out.mail.cc, out.class_, colleagues, rules)))


def _put_aside(c: Connection, row: OutboxRow, now: datetime, why: str) -> None:
    """A mistake of ours must not keep everything behind it waiting: it is shown, and its case is told."""
    log.error("message %s is put aside: %s", row.seq, why)
    token = secrets.token_hex(8)
    if ledger.collect(c, row.key, token, now):
        ledger.finish(c, row.key, token, "refused", now, error=why)
    outbox.finish(c, row, "bounced", now, "bug", why)
    tell(c, row, now, code="bug", error=why)


def withdraw(
    c: Connection,
    row: OutboxRow,
    result: Result,
    state: outbox.Final,
    code: str,
    reason: str,
    now: datetime,
    by: str = "",
) -> bool:
    """A message that waits will never be sent, and its case is told. False: it does not wait any more."""
    token = secrets.token_hex(8)
    if not ledger.collect(c, row.key, token, now):
        return False
    ledger.finish(c, row.key, token, "suppressed", now, result_json=encode(result))
    outbox.finish(c, row, state, now, code, reason, by)
    tell(c, row, now, result=result)
    return True


def bury(c: Connection, row: OutboxRow, now: datetime) -> None:
    """Its sender died while sending: nobody knows, and its case is told so. It is looked at once more: one that was
    only slow may have come to its end, or has put it off, since the row was read."""
    if row.key not in {dead.key for dead in lanes.died(c, now - LONGEST_DATA)}:
        return
    ledger.give_up_forsaken_one(c, row.key, now, DIED)
    known = ledger.look(c, row.key)
    if known is None or known.state != "unknown":  # its end was written while this one waited for the row
        return
    outbox.finish(c, row, "unknown", now, "unknown", DIED)
    tell(c, row, now, code="unknown", error=DIED)
