"""`notify`: a message to a chat or a phone, through the services that a connection names."""

from typing import Annotated, Any

from activities.gate import Gate
from activities.line import Recorded, secret
from activities.world import World
from engine.gateways.notifier import Level, Notice, Told
from engine.language import wording
from engine.language.connections import Connection
from engine.language.fields import Reference, TextField
from engine.language.plan import Plan
from engine.runtime.effects import Effect
from engine.runtime.flow import StepError
from engine.runtime.step import Result, Run, Step


class NotifyStep(Step):
    connection: Annotated[str, Reference("connections")]  # which outside system; its `notify` says where to
    message: TextField  # what people read
    subject: TextField | None = None  # a line above it, where the service has one
    level: Level = "info"  # how it looks, where the service shows that: `info`, `success`, `warning`, `failure`

    def sentence(self) -> str:
        return f"Tells {wording.connection(self.connection)}: “{wording.spoken(self.message)}”."

    async def run(self, run: Run) -> Result:
        said = {"connection": self.connection, "level": self.level}
        said |= run.once("notice", lambda: self._written(run))
        services = services_of(run.plan.resources.connections[self.connection])
        for service in services:
            # one effect for each: what one of them has taken is not sent there again when another fails
            purpose = "notify" if len(services) == 1 else f"notify-{service}"
            await run.do(purpose, "notify", {**said, "service": service})
        return {}

    def _written(self, run: Run) -> dict[str, str]:
        message = str(run.value(self.message) or "").strip()
        if not message:
            raise StepError("empty_message", "the message of this notice is empty")
        return {"message": message, "subject": str(run.value(self.subject) or "") if self.subject else ""}


def services_of(connection: Connection) -> tuple[str, ...]:
    """The names of the environment variables that hold the addresses."""
    named = connection.notify or ()
    return (named,) if isinstance(named, str) else tuple(named)


async def send_notice(world: World, plan: Plan, effect: Effect) -> Result:
    """Send it once: no chat tells a repeat from a new message, so what may have arrived is not sent again."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    payload = effect.payload
    url = secret(world, payload["service"])
    await gate.no_return("", "", lambda c: None)
    notice = Notice(url, payload["message"], payload["subject"], payload["level"])
    await gate.attempt(_told(world, effect, notice))
    shown = payload["subject"] or payload["message"]
    said = f"{wording.connection(payload['connection'])}: “{_short(shown)}” sent"
    return await gate.at_once({"said": said}, lambda c: None)


async def _told(world: World, effect: Effect, notice: Notice) -> None:
    told: Told = await world.notifier.tell(notice)
    recorded = Recorded(world, effect, effect.payload["connection"], "(notice)")
    for one in told.exchanges:
        await recorded.note(one.method, one.host, one.status, one.ms / 1000, one.error)
    if told.problem:
        raise told.problem


def _short(text: Any) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= 80 else f"{line[:79]}…"
