"""Steps that wait: one set of fields and one order of events for all of them (LANGUAGE 7)."""

from typing import Annotated, Any

from pydantic import Field

from engine.language.fields import Block, OneOrMany, PhraseField, TimeoutField
from engine.runtime.step import Escalation, Nested, Reminder, Send, Step


class WaitingStep(Step):
    """The fields that every wait shares. The checker demands `timeout` where a step can wait for ever."""

    send: Send | None = None
    due: PhraseField | None = None
    reminders: tuple[Reminder, ...] = ()
    escalate: Annotated[tuple[Escalation, ...], OneOrMany()] = ()
    timeout: TimeoutField | None = None
    on_timeout: Annotated[Any, Block(("continue", "stop", "fail"))] = None
    keep: PhraseField = Field("30 days")

    def nested(self) -> tuple[Nested, ...]:
        blocks = super().nested()
        if isinstance(self.on_timeout, tuple):
            blocks += (Nested("timeout", self.on_timeout),)
        return blocks + tuple(Nested(f"escalate{n}", e.steps) for n, e in enumerate(self.escalate) if e.steps)
