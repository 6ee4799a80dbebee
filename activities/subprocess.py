"""`subprocess`: starts a case of another process and, unless told not to, waits for its end."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection

from activities.gate import Gate
from activities.world import World
from engine.language import given, wording
from engine.language.fields import Reference, ValuesField
from engine.language.plan import Plan
from engine.language.types import TEXT, Record, record
from engine.runtime.effects import Effect
from engine.runtime.events import Accept
from engine.runtime.step import Look, Result, Run
from engine.runtime.waiting import Call, WaitingStep, attend, without
from engine.store import cases, inbox
from engine.store.rows import Arrival, NewCase


class SubprocessStep(WaitingStep):
    process: Annotated[str, Reference("processes")]  # which process
    inputs: ValuesField = Field(default_factory=dict)  # what its case is started with
    wait: bool = True  # whether to wait for its end and its outputs

    def may_wait_forever(self) -> bool:
        return self.wait

    def result(self, look: Look) -> Record:
        if not self.wait:
            return record(**self.common(), case=TEXT)
        outputs = look.processes.get(self.process, given.OPEN)
        return record(**self.common(), case=TEXT, outcome=TEXT, outputs=outputs)

    def certain(self) -> tuple[str, ...]:
        begins = self.on_error in (None, "incident", "stop")
        return ("status", "case") if begins else ("status",)

    def sentence(self) -> str:
        end = " and waits for its end" if self.wait else " and goes on at once"
        return f"Starts the process {wording.named(self.process)} as a case of its own{end}."

    async def run(self, run: Run) -> Result:
        payload = {"process": self.process, "inputs": run.once("inputs", lambda: run.value(self.inputs))}
        started = await run.do("start", "subprocess", payload)
        if not self.wait:
            return {"case": started["case"]}
        call = Call(accepts=(Accept("ended", "child"),), waiting_for=f"{started['title']} ({started['case']})")
        taken = await attend(run, self, call)
        if taken is None:
            return {"status": without(run), "case": started["case"]}
        ended = taken[0]["data"]
        return {"case": started["case"], "outcome": ended["outcome"], "outputs": ended["outputs"]}


async def open_subprocess(world: World, plan: Plan, effect: Effect) -> Result:
    """Open the child's case together with the ledger's row; it is started like every other case."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    payload = effect.payload
    new = await world.open_child(payload["process"], payload["inputs"], f"{effect.case}/{effect.path}", effect.key)
    child = {"case": new.id, "process": new.process, "title": new.title}
    return await gate.at_once({**child, "said": f"{new.title}: started"}, lambda c: _open(c, new))


def _open(c: Connection, new: NewCase) -> None:
    cases.open_case(c, new)
    arrival = Arrival(
        id=f"start-{new.id}",
        source="parent",
        source_id=new.id,
        kind="start",
        name=new.process,
        case=new.id,
        to="",
        by=new.parent,
        data_json="{}",
        received_at=new.started_at,
    )
    inbox.accept(c, arrival)
    inbox.routed(c, arrival.id)
    inbox.deliver_to(c, arrival.id, new.id, "start")
