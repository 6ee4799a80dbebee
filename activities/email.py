"""`email`: one message from a template, or from subject and body."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field as Described

from activities.composing import compose
from activities.gate import Gate
from activities.outgoing import Outgoing
from activities.packing import unpacked
from activities.posting import keep, post
from activities.world import World
from engine.language import wording
from engine.language.fields import EmailField, FileField, Reference, TextField
from engine.language.plan import Plan
from engine.language.restraint import MailClass
from engine.language.types import TEXT, Field, Record, record
from engine.runtime import manners, suppression
from engine.runtime.effects import Effect
from engine.runtime.letters import SUPPRESSED, addresses, letter, readers
from engine.runtime.sending import deliver
from engine.runtime.step import Look, Nested, Promise, Result, Run, Send, Step
from engine.runtime.suppression import OnSuppressed
from engine.store import outbox


class EmailStep(Step):
    to: EmailField  # one address, or the id of a user
    cc: tuple[EmailField, ...] = ()  # who gets a copy
    reply_to: EmailField | None = None  # where answers go
    template: Annotated[str, Reference("emails")] | None = None  # a file of `emails/`, or else `subject` and `body`
    subject: TextField | None = None  # subject line
    body: TextField | None = None  # text in Markdown
    attachments: tuple[FileField, ...] = ()  # files such as `${ steps.contract.file }`
    class_: MailClass | None = Described(None, alias="class")
    """What kind of mail it is: `transactional`, `process` or `marketing`; `process` if neither it nor the template says
    so."""
    sender: Annotated[str, Reference("senders")] | None = None  # which account of connections.yaml sends it
    approve: TextField | None = None  # a user or group of people who must see it and agree before it goes out
    hours: Literal["office"] | None = None  # `office`: it goes out in the opening hours of the calendar only
    on_suppressed: OnSuppressed = None
    """What happens when the reader may not be written to: go on with status `suppressed` (if not said), stop the case,
    open an incident, or these steps."""

    def result(self, look: Look) -> Record:
        reason = Field(TEXT, "there is a reason only when the reader may not be written to")
        return record(**self.common(), to=TEXT, reason=reason)

    def certain(self) -> tuple[str, ...]:
        return ("status", "to")

    def notes(self) -> tuple[str, ...]:
        return (*super().notes(), *manners.told(self))

    def nested(self) -> tuple[Nested, ...]:
        return (*super().nested(), *suppression.nested(self.on_suppressed))

    def promises(self) -> tuple[Promise, ...]:
        return suppression.promised(self.on_suppressed)

    def endings(self) -> tuple[str, ...]:
        return (*super().endings(), *suppression.endings(self.id, self.on_suppressed))

    def sentence(self) -> str:
        message = wording.named(self.template) if self.template else wording.quoted(self.subject or "")
        to = wording.listed(map(wording.person, (self.to, *self.cc)))
        files = f", with {wording.listed(map(wording.spoken, self.attachments))}" if self.attachments else ""
        return f"Sends the mail {message} to {to}{files}."

    async def run(self, run: Run) -> Result:
        send = self._message()
        to = await readers(run, "send", (str(run.value(self.to)),), work=False)
        extra = {
            "cc": list(await self._copies(run)),
            "reply_to": addresses(run.plan.resources.people, str(run.value(self.reply_to)))[0]
            if self.reply_to
            else None,
            "attachments": run.value(self.attachments),
        }
        for n, address in enumerate(to):
            await deliver(run, "send" if n == 0 else f"send.{n + 1}", {**letter(run, send, address), **extra})
        result = {"to": ", ".join(to)}
        if why := suppression.not_written_to(run.record):
            await suppression.give_way(run, self.on_suppressed, why)
            return {**result, "status": SUPPRESSED, "reason": why}
        return result

    def _message(self) -> Send:
        own = ("template", "subject", "body", "class_", "sender", "approve", "hours")
        return Send(**{name: getattr(self, name) for name in own})

    async def _copies(self, run: Run) -> tuple[str, ...]:
        """The addresses of `cc`; colleagues are looked up, as those of `to` are."""
        names = tuple(str(name) for name in run.value(self.cc))
        return names if all("@" in name for name in names) else await readers(run, "cc", names, work=False)


async def send_email(world: World, plan: Plan, effect: Effect) -> Result:
    """Render the letter and send it by phases, with the ledger before and after the point of no return."""
    gate, draft = Gate(world.store, effect), str(effect.payload.get("draft") or "")
    if answer := await gate.answered():
        return answer
    out = await _agreed_to(world, effect, draft) if draft else None
    return await post(world, gate, out or await compose(world, plan, effect), draft)


async def draft_email(world: World, plan: Plan, effect: Effect) -> Result:
    """Render the letter and keep it until somebody has agreed to it."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    return await keep(world, gate, await compose(world, plan, effect), effect.payload["approve"])


async def _agreed_to(world: World, effect: Effect, draft: str) -> Outgoing | None:
    """The letter as somebody saw it, and perhaps changed it."""
    rows = await world.store.read(lambda c: [outbox.of(c, key) for key in (effect.key, draft)])
    mail = next((row.mail for row in rows if row and row.mail), None)
    return replace(unpacked(mail), approved_by=str(effect.payload["approved_by"])) if mail else None
