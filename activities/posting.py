"""Mails on their way out: what is decided, together with the ledger, when one is about to leave."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from activities import clearance
from activities.clearance import Answer, Held
from activities.gate import Busy, Gate, Posted
from activities.outgoing import Outgoing
from activities.packing import packed
from activities.world import World
from engine.gateways.mail import Mail
from engine.gateways.outcome import Deferred
from engine.gateways.tokens import UNSUBSCRIBE, life_of
from engine.language.addresses import normal
from engine.language.values import encode
from engine.runtime.effects import Effect
from engine.runtime.step import Result
from engine.store import ledger, links, outbox, policy
from engine.store.policy import Go, Suppress

LATELY = 10.0
"""Seconds in which it is likely that mails of a sender still have to wait."""


class TurnedBack(Exception):  # noqa: N818  # an outcome, and not always an error
    """The message does not leave now; nothing of it was handed over."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


async def post(world: World, gate: Gate, out: Outgoing, draft: str = "") -> Result:
    """Send it by phases, with the ledger and the outbox before and after the point of no return.

    `draft` is the key under which somebody has approved it. Raises what the gate raises, Posted where it has to wait.
    """
    attempt = Attempt(world, gate, out, draft)
    return await gate.carry(attempt.make(), world.carried)


async def keep(world: World, gate: Gate, out: Outgoing, approver: str) -> Result:
    """Keep it in the outbox until somebody has agreed to it: only rows of ours. What may never leave is not kept."""
    letter, mail = letter_of(gate.effect, out), packed(out)

    def decide(c: Connection) -> Result:
        now = datetime.now(UTC)
        verdict = policy.judge(c, clearance.ask_of(letter.key, letter.case, out, now), world.rules)
        if isinstance(verdict, Suppress):
            outbox.suppress(c, letter, verdict.code, verdict.reason, now)
            return suppressed(out.mail, verdict)
        outbox.wait(c, letter, "held", "approval", f"it needs the agreement of {approver}", None, now, mail)
        said = f"“{out.mail.subject}” to {out.mail.to} is held: it needs the agreement of {approver}"
        return {"draft": letter.key, "subject": out.mail.subject, "said": said}

    return await gate.decided(decide)


def sent(mail: Mail, server: str) -> Result:
    """The result of a mail that has left."""
    return {"to": mail.to, "said": f"“{mail.subject}” sent to {mail.to}", "server": server}


def suppressed(mail: Mail, verdict: Suppress, by: str = "") -> Result:
    """The result of one that never will."""
    said = f"“{mail.subject}” was not sent to {mail.to}: {verdict.reason}"
    who = {"by": by} if by else {}
    return {"to": mail.to, "status": "suppressed", "reason": verdict.reason, "code": verdict.code, "said": said, **who}


def letter_of(effect: Effect, out: Outgoing, draft: str = "") -> outbox.Letter:
    """Its row in the outbox."""
    return outbox.Letter(
        key=effect.key,
        case=effect.case,
        process=out.process,
        path=effect.page,
        class_="staff" if out.staff else out.class_,
        sender=out.sender,
        recipient=normal(out.mail.to),
        subject=out.mail.subject,
        message_id=out.mail.message_id,
        draft=draft,
        by=out.approved_by,
    )


ENDS: Mapping[str, outbox.Final] = {"sent": "sent", "refused": "bounced", "unknown": "unknown"}
"""How a mail stands in the outbox when the ledger says so."""


class Attempt:
    """One attempt to send a mail from inside a turn."""

    def __init__(self, world: World, gate: Gate, out: Outgoing, draft: str) -> None:
        self.world = world
        self.gate = gate
        self.out = out
        self.letter = letter_of(gate.effect, out, draft)
        gate.follow = self._follow

    async def make(self) -> Result:
        try:
            if clearance.undo_window(self.out, self.world.undo) or await self._would_wait():
                await self._before_data()  # no server has to hear of it
            said = await self.gate.attempt(self.world.mailer.send(self.out.mail, self._before_data))
        except TurnedBack as back:
            return self._turned_back(back.answer)
        except Busy:
            raise
        except Deferred as problem:
            return self._turned_back(await self._later(problem))
        return await self.gate.finish("sent", sent(self.out.mail, said))

    async def _before_data(self) -> None:
        answer = await self.gate.no_return(self.letter.recipient, self.letter.message_id, self._decide)
        if not isinstance(answer, Go):
            raise TurnedBack(answer)

    async def _would_wait(self) -> bool:
        """Whether a mail like this one had to wait a moment ago, and this one would, too."""
        known = self.world.turned_back.get(self.letter.sender)
        if known is None or asyncio.get_running_loop().time() - known > LATELY:
            return False
        return await self.world.store.read(lambda c: clearance.stands_behind(c, self.letter))

    def _turned_back(self, answer: Answer) -> Result:
        if isinstance(answer, Held):
            if answer.code not in ("undo", "retry"):
                self.world.turned_back[self.letter.sender] = asyncio.get_running_loop().time()
            raise Posted(clearance.told(self.out, answer))
        assert isinstance(answer, Suppress)  # noqa: S101  nothing else turns it back
        return suppressed(self.out.mail, answer)

    def _decide(self, c: Connection) -> Answer:
        """In the transaction of the point of no return: it leaves, or it does not, and the rows say which."""
        now = datetime.now(UTC)
        answer = clearance.first(c, self.letter, self.out, self.world.undo, self.world.rules, now)
        if isinstance(answer, Suppress):
            self._suppress(c, answer, now)
        elif isinstance(answer, Held):
            self._wait(c, answer, now)
        else:
            outbox.sending(c, self.letter, now)
            put_links(c, self.letter.case, self.out, now)
        return answer

    def _wait(self, c: Connection, held: Held, now: datetime, attempts: int = 0) -> None:
        ledger.post(c, self.letter.key, self.gate.token, now)
        mail = packed(self.out)
        outbox.wait(c, self.letter, held.state, held.code, held.because, held.until, now, mail, attempts)

    async def _later(self, problem: Deferred) -> Answer:
        """The server cannot take it now: the postman tries again. Raises Deferred where it is not to be."""
        made, pause = self.out.patience.after(0, problem.code)
        if pause is None:
            await self.world.store.write(lambda c: self._end(c, "bounced", problem.message))
            raise problem
        held = Held("queued", "retry", problem.message, datetime.now(UTC) + timedelta(seconds=pause))

        def decide(c: Connection) -> Answer:
            now = datetime.now(UTC)
            ask = clearance.ask_of(self.letter.key, self.letter.case, self.out, now)
            verdict = policy.judge(c, ask, self.world.rules)
            if isinstance(verdict, Suppress):
                self._suppress(c, verdict, now)
                return verdict
            self._wait(c, held, now, made)
            return held

        return await self.gate.no_return(self.letter.recipient, self.letter.message_id, decide)

    def _suppress(self, c: Connection, verdict: Suppress, now: datetime) -> None:
        result = encode(suppressed(self.out.mail, verdict))
        ledger.finish(c, self.letter.key, self.gate.token, "suppressed", now, result_json=result)
        outbox.suppress(c, self.letter, verdict.code, verdict.reason, now)

    def _follow(self, c: Connection, state: ledger.Final, error: str) -> None:
        if end := ENDS.get(state):
            self._end(c, end, error)

    def _end(self, c: Connection, end: outbox.Final, reason: str) -> None:
        outbox.end(c, self.letter, end, datetime.now(UTC), reason=reason)


async def said_of(world: World, key: str) -> str:
    """Why a message waits that was put into the outbox by a turn that did not get to its end."""
    row = await world.store.read(lambda c: outbox.of(c, key))
    return f"“{row.subject}” to {row.recipient} waits: {row.reason}" if row else ""


def put_links(c: Connection, case: str, out: Outgoing, at: datetime) -> None:
    """Its links work from the moment in which it leaves."""
    for hashed, path, kind in out.links:
        if kind == UNSUBSCRIBE:  # of no case, and it outlives them all
            links.put(c, hashed, "", path, kind, normal(out.mail.to), at + life_of(kind))
        else:
            links.put(c, hashed, case, path, kind, out.mail.to, at + life_of(kind))
