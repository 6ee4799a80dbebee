"""`wait`: until something happens (`events`), a time comes (`until`) or a while has passed (`duration`)."""

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from engine.language import given, wording
from engine.language.fields import GroupsField, IdField, InnerConditionField, PhraseField, Reference, ValuesField
from engine.language.model import Model
from engine.language.process import EventType, all_heard_as, comes_from_outside, heard_as
from engine.language.resources import Input
from engine.language.types import DATETIME, TEXT, Choice, ListOf, Record, Type, record
from engine.runtime.events import Accept, compared
from engine.runtime.journal import words
from engine.runtime.state import Data
from engine.runtime.step import Listen, Look, Result, Run
from engine.runtime.waiting import Call, WaitingStep, attend, without


class WaitEvent(Model):
    """One event that releases the wait; `id` becomes `steps.x.which`."""

    id: IdField  # what `steps.x.which` says when it was this one
    type: EventType
    connection: Annotated[str, Reference("connections")] | None = None  # for a webhook: where it comes from
    event: str | None = None
    """For a webhook: the event's name in the connection. For an event: what the `emit` of another process calls it."""
    match: ValuesField = Field(default_factory=dict)  # field of the event -> value that it must equal
    inputs: dict[str, Input] = Field(default_factory=dict)  # for a manual event: what is asked from whoever gives it
    candidate_groups: GroupsField = ()  # for a manual event: who may give it
    keep: PhraseField | None = None  # how long it is kept when it comes before the step; 30 days if not said
    mailbox: Annotated[str, Reference("mailboxes")] | None = None
    """For an email: a mailbox whose mail is taken by `match`; answers to mails of the case are taken without it."""


class WaitStep(WaitingStep):
    """With `events`, the first of them ends it, and what came is `steps.x.event`; with `wait_for: all` each of them
    must come, and `steps.x.events` has them by their ids; with `collect` they are gathered until the condition holds,
    and `steps.x.events` is the list of them, each with `which`, `by` and `at`."""

    events: tuple[WaitEvent, ...] = ()  # what is waited for
    wait_for: Literal["any", "all"] = "any"  # whether the first event is enough, or each of them must come
    collect: InnerConditionField | None = None  # gathers events until this holds; `events` is the list so far
    until: PhraseField | None = None  # or until this time
    duration: PhraseField | None = None  # or this long

    def listens(self) -> tuple[Listen, ...]:
        return tuple(Listen(heard_as(e, e.id), e.match, e.keep) for e in self.events if comes_from_outside(e))

    def may_wait_forever(self) -> bool:
        return bool(self.events)

    def result(self, look: Look) -> Record:
        if not self.events:
            return record(**self.common())
        arrives = {e.id: _carries(e, look) for e in self.events}
        if self.collect:
            return record(**self.common(), events=self.names(look, "collect")["events"])
        if self.wait_for == "all":
            return record(**self.common(), events=record(**arrives))
        return record(**self.common(), event=given.one_of_records(arrives), which=Choice(values=tuple(arrives)))

    def names(self, look: Look, where: str) -> dict[str, Type]:
        if where != "collect":
            return {}
        one = given.one_of_records({e.id: _carries(e, look) for e in self.events})
        said = record(which=Choice(values=tuple(e.id for e in self.events)), by=TEXT, at=DATETIME)
        return {"events": ListOf(item=Record(fields={**said.fields, **one.fields}, open=one.open))}

    def certain(self) -> tuple[str, ...]:
        return ("status", "events") if self.collect else ("status",)

    def failed(self, error: Result) -> Result:
        return {"events": [], "error": error} if self.collect else {"error": error}

    def sentence(self) -> str:
        if not self.events:
            return f"Waits {wording.length(self.until or self.duration or 'never')}."
        what = wording.listed(map(_told, self.events), "and" if self.wait_for == "all" else "or")
        asked = f"Sends the mail {wording.named(self.send.template)}" if self.send and self.send.template else ""
        whom = f" to {wording.person(self.send.to)}" if asked and self.send and self.send.to else ""
        return f"{asked}{whom}, and waits until {what}." if asked else f"Waits until {what}."

    async def run(self, run: Run) -> Result:
        run.once("manual", lambda: [_offer(e) for e in self.events if e.type == "manual"])
        until = self.until or self.duration
        accepts = run.once("accepts", lambda: [a for e in self.events for a in _accepts(run, e)])
        call = Call(
            accepts=tuple(Accept(**a) for a in accepts),
            waiting_for=self._waiting_for(run),
            send=self.send,
            until=until,
            enough=partial(self._enough, run),
            open=self._still if self.wait_for == "all" else None,
        )
        taken = await attend(run, self, call)
        if taken is None:
            return {**self._came(run.record.armed.taken if run.record.armed else []), "status": without(run)}
        return self._came(taken)

    def _enough(self, run: Run, taken: list[Data]) -> bool:
        if self.collect:
            return run.test(self.collect, {"events": [_told_of(one) for one in taken]})
        return len({one["which"] for one in taken}) >= (len(self.events) if self.wait_for == "all" else 1)

    def _still(self, accepts: tuple[Accept, ...], taken: list[Data]) -> tuple[Accept, ...]:
        """What has not come yet: a second one of the same is kept, and late."""
        here = {one["which"] for one in taken}
        return tuple(accept for accept in accepts if accept.id not in here)

    def _came(self, taken: list[Data]) -> Result:
        if self.collect:
            return {"events": [_told_of(one) for one in taken]}
        if self.wait_for == "all" and self.events:
            return {"events": {one["which"]: one["data"] for one in taken}}
        if not taken:
            return {}
        return {"event": taken[0]["data"], "which": taken[0]["which"], "by": taken[0]["by"]}

    def _waiting_for(self, run: Run) -> str:
        if not self.events:
            return "the time to come"
        joint = " and " if self.wait_for == "all" else " or "
        return joint.join(words(e.id).lower() for e in self.events)


def _told_of(one: Data) -> Data:
    """An event in a list of events."""
    return {"which": one["which"], "by": one["by"], "at": one["at"], **one["data"]}


def _carries(event: WaitEvent, look: Look) -> Record:
    """The type of what an event brings."""
    if event.type in given.MAILED:
        return given.MAILED[event.type]
    if event.type == "manual":
        return given.inputs(event.inputs)
    if event.type == "event":
        return look.events.get(event.event or "", given.OPEN)
    return given.webhook(look.resources.connections.get(event.connection or ""), event.event)


def _told(event: WaitEvent) -> str:
    """The event as the end of `until ...`."""
    name = f"“{wording.words(event.id)}”"
    if event.type == "webhook":
        return f"{name} comes from {wording.connection(event.connection or '')}"
    if event.type == "email":
        return f"a mail to {wording.mailbox(event.mailbox)} comes" if event.mailbox else "an answer comes by mail"
    if event.type == "bounce":
        return "a mail comes back as undeliverable"
    if event.type == "event":
        return f"another process tells “{wording.words(event.event or event.id)}”"
    who = wording.listed(map(wording.group, event.candidate_groups), "or") if event.candidate_groups else "somebody"
    return f"{who} reports {name}"


def _accepts(run: Run, event: WaitEvent) -> list[Data]:
    match = compared(event.type, run.value(event.match))
    return [
        {"id": event.id, "kind": event.type, "name": name, "match": match} for name in all_heard_as(event, event.id)
    ]


def _offer(event: WaitEvent) -> Data:
    """What staff may say by hand, as the desk shows it."""
    inputs = {name: spec.model_dump(exclude_defaults=True) for name, spec in event.inputs.items()}
    return {"id": event.id, "inputs": inputs, "groups": list(event.candidate_groups)}
