"""Mails on their way out: what is decided, together with the ledger, when one is about to leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from activities.gate import Gate
from activities.world import World
from engine.gateways.mail import Mail
from engine.gateways.tokens import LINK_LIFE
from engine.language.addresses import normal
from engine.language.values import encode
from engine.runtime.effects import Effect
from engine.runtime.step import Result
from engine.store import ledger, links, outbox, policy, rates
from engine.store.policy import Ask, Go, Suppress, Verdict

Link = tuple[str, str, str]
"""A link inside a mail: (hash of its token, path, kind)."""


@dataclass(frozen=True)
class Outgoing:
    """A mail that is ready to leave. `class_`: transactional, process or marketing; `staff`: it goes to a colleague.

    `sender` names the mail account (empty: that of baton.yaml), `zone` is that of the process's calendar.
    """

    mail: Mail
    process: str
    class_: str = "process"
    staff: bool = False
    sender: str = ""
    zone: str = ""
    links: tuple[Link, ...] = field(default=())


class TurnedBack(Exception):  # noqa: N818  # an outcome, and not always an error
    """The message does not leave now; nothing of it was handed over."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


async def post(world: World, gate: Gate, out: Outgoing) -> Result:
    """Send it by phases, with the ledger and the outbox before and after the point of no return.

    Raises what the gate raises, Posted where it has to wait.
    """
    return await gate.carry(_Attempt(world, gate, out).make(), world.carried)


def sent(mail: Mail, server: str) -> Result:
    """The result of a mail that has left."""
    return {"to": mail.to, "said": f"“{mail.subject}” sent to {mail.to}", "server": server}


def suppressed(mail: Mail, verdict: Suppress) -> Result:
    """The result of one that never will."""
    said = f"“{mail.subject}” was not sent to {mail.to}: {verdict.reason}"
    return {"to": mail.to, "status": "suppressed", "reason": verdict.reason, "code": verdict.code, "said": said}


def letter_of(effect: Effect, out: Outgoing) -> outbox.Letter:
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
    )


ENDS: Mapping[str, outbox.Final] = {"sent": "sent", "refused": "bounced", "unknown": "unknown"}
"""How a mail stands in the outbox when the ledger says so."""


class _Attempt:
    """One attempt to send a mail from inside a turn."""

    def __init__(self, world: World, gate: Gate, out: Outgoing) -> None:
        self.world = world
        self.gate = gate
        self.out = out
        self.letter = letter_of(gate.effect, out)
        gate.follow = self._follow

    async def make(self) -> Result:
        try:
            said = await self.gate.attempt(self.world.mailer.send(self.out.mail, self._before_data))
        except TurnedBack as back:
            return self._turned_back(back.verdict)
        return await self.gate.finish("sent", sent(self.out.mail, said))

    async def _before_data(self) -> None:
        verdict = await self.gate.no_return(self.letter.recipient, self.letter.message_id, self._decide)
        if not isinstance(verdict, Go):
            raise TurnedBack(verdict)

    def _turned_back(self, verdict: Verdict) -> Result:
        assert isinstance(verdict, Suppress)  # noqa: S101  nothing has to wait yet
        return suppressed(self.out.mail, verdict)

    def _decide(self, c: Any) -> Verdict:
        """In the transaction of the point of no return: it leaves, or it does not, and the rows say which."""
        now = datetime.now(UTC)
        verdict = policy.judge(c, _ask(self.gate.effect, self.out, now), self.world.rules)
        if isinstance(verdict, Suppress):
            self._suppress(c, verdict, now)
            return verdict
        rates.slot(c, self.out.sender, self.out.mail.to.rpartition("@")[2], now)
        outbox.sending(c, self.letter, now)
        put_links(c, self.gate.effect.case, self.out, now)
        return Go()

    def _suppress(self, c: Any, verdict: Suppress, now: datetime) -> None:
        result = encode(suppressed(self.out.mail, verdict))
        ledger.finish(c, self.letter.key, self.gate.token, "suppressed", now, result_json=result)
        outbox.suppress(c, self.letter, verdict.code, verdict.reason, now)

    def _follow(self, c: Any, state: ledger.Final, error: str) -> None:
        if end := ENDS.get(state):
            outbox.end(c, self.letter, end, datetime.now(UTC), reason=error)


def _ask(effect: Effect, out: Outgoing, at: datetime) -> Ask:
    who, how = (out.mail.to, out.class_, effect.case, out.process), (out.sender, out.staff, out.zone)
    return Ask(*who, at, *how, key=effect.key)


def put_links(c: Any, case: str, out: Outgoing, at: datetime) -> None:
    """Its links work from the moment in which it leaves."""
    for hashed, path, kind in out.links:
        links.put(c, hashed, case, path, kind, out.mail.to, at + LINK_LIFE)
