"""Steps that wait: one set of fields and one order of events for all of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, NoReturn

from engine.language.fields import Block, OneOrMany, PhraseField, TimeoutField
from engine.language.process import BOUNCE
from engine.runtime import manners, suppression
from engine.runtime.events import Accept, Event
from engine.runtime.flow import CaseStopped, StepError, Suspended
from engine.runtime.letters import SUPPRESSED, readers, today
from engine.runtime.moments import arm, reconsider
from engine.runtime.promises import promises
from engine.runtime.sending import post
from engine.runtime.state import Armed, Data, Moment
from engine.runtime.step import Escalation, Nested, Promise, Reminder, Run, Send, SideTask, Step
from engine.runtime.suppression import OnSuppressed, give_way, not_written_to
from engine.runtime.tasks import call_off, hear, opened


class WaitingStep(Step):
    """What every step that waits may say.

    In this order: times are worked out, the mailbox opens, the message goes out, and the first of an
    event, a reminder, an escalation and the timeout happens. At the same instant the event wins.
    """

    send: Send | None = None  # the message, sent once, when the wait is ready for the answer
    due: PhraseField | None = None  # a promise shown to people; it never changes what happens
    reminders: tuple[Reminder, ...] = ()
    """Messages to whoever must act; they stop by themselves, and keep to opening hours."""
    escalate: Annotated[tuple[Escalation, ...], OneOrMany()] = ()
    """What happens beside the wait when nobody acts; it closes when the wait ends."""
    timeout: TimeoutField | None = None  # how long at most; required, and `never` must be said
    on_timeout: Annotated[Any, Block(("continue", "stop", "fail"))] = None
    """What happens then: go on with status `timed_out`, stop the case, open an incident, or these steps; required
    with a timeout."""
    on_suppressed: OnSuppressed = None
    """What happens when the reader of the message may not be written to, or the mail comes back: go on with status
    `suppressed`, stop the case, open an incident, or these steps. It waits all the same where nothing is said."""

    def nested(self) -> tuple[Nested, ...]:
        blocks = super().nested()
        if isinstance(self.on_timeout, tuple):
            blocks += (Nested("timeout", self.on_timeout, kind="timeout"),)
        blocks += suppression.nested(self.on_suppressed)
        return blocks + tuple(
            Nested(f"escalate{n}", e.steps, kind="side") for n, e in enumerate(self.escalate, 1) if e.steps
        )

    def may_wait_forever(self) -> bool:
        """Whether it waits for somebody, so that a `timeout` must be said."""
        return True

    def notes(self) -> tuple[str, ...]:
        return (*super().notes(), *manners.told(self.send))

    def promises(self) -> tuple[Promise, ...]:
        return (
            *promises(self.due, self.reminders, self.escalate, self.timeout, self.on_timeout),
            *suppression.promised(self.on_suppressed),
        )

    def endings(self) -> tuple[str, ...]:
        timed_out = (f"{self.id}_timed_out",) if self.on_timeout == "stop" else ()
        return (*super().endings(), *timed_out, *suppression.endings(self.id, self.on_suppressed))

    def mails(self) -> tuple[str, ...]:
        reminder = ("task-reminder",) if any(r.template is None for r in self.reminders) else ()
        return reminder + tuple("escalation" for e in self.escalate if e.to and e.template is None)


@dataclass(frozen=True)
class Call:
    """What a step tells its wait: what releases it, who must act, and how they are reached."""

    accepts: tuple[Accept, ...]
    waiting_for: str  # in words
    send: Send | None = None
    reach: Callable[[], tuple[str, ...]] = tuple  # whom messages go to: addresses, users or groups
    link: str = ""  # kind of the step's own page
    staff_link: str = ""  # the same for colleagues to whom the wait is escalated
    reminder: str = "task-reminder"  # template where a reminder names none
    until: str | None = None  # a phrase: the time that this step waits for
    late: Callable[[list[Data]], tuple[str, ...]] | None = None  # whom reminders go to, after what was taken so far
    enough: Callable[[list[Data]], bool] = bool
    open: Callable[[tuple[Accept, ...], list[Data]], tuple[Accept, ...]] | None = None
    """Which of `accepts` are still waited for after what was taken so far; all of them, if not said."""
    refuses: Callable[[list[Data], Event], str] = lambda taken, event: ""  # why an event does not count, in words
    took: Callable[[list[Data]], None] = lambda taken: None  # hears of every event that counts


async def attend(run: Run, step: WaitingStep, call: Call) -> list[Data] | None:
    """Wait. The events taken, in order; None when it ended without them and the process goes on, see `without`."""
    armed = run.record.armed
    if armed is None:
        armed = run.record.armed = _arm(run, step, call)
    elif run.edited and not armed.ended:
        reconsider(run, step, call.until, armed)
    if armed.ended:
        return await _end(run, step, armed)
    trouble = await _attempt(_send(run, call, call.send)) if call.send else None
    if _take(run, armed, call):
        run.settle()
        return armed.taken
    if step.on_suppressed and _out_of_reach(run):
        armed.ended = SUPPRESSED
    else:
        _fire(run, armed)
    if armed.ended:
        run.settle()
        return await _end(run, step, armed)
    await _side_work(run, step, call, armed)
    return _go_on_waiting(run, armed, trouble)


def _out_of_reach(run: Run) -> str:
    """Why the message does not reach its reader: nobody may write to them, or the mail came back. Empty: it does."""
    thread = {"thread": run.record.page(run.path), "hard": True}
    if taken := run.take([Accept(BOUNCE, BOUNCE, BOUNCE, thread)]):
        run.once("bounced", lambda: str(taken[1].data.get("why") or "the mail came back"))
    return str(run.record.memo.get("bounced") or "") or not_written_to(run.record) or ""


def without(run: Run) -> str:
    """The status of a wait that ended without what it waited for."""
    armed = run.record.armed
    return SUPPRESSED if armed and armed.ended == SUPPRESSED else "timed_out"


def _arm(run: Run, step: WaitingStep, call: Call) -> Armed:
    armed = arm(run, step, call.until)
    run.record.status = "waiting"
    run.record.memo["for"] = call.waiting_for
    run.log("waiting", f"{run.record.title}: waiting for {call.waiting_for}")
    return armed


async def _attempt(message: Awaitable[Any]) -> StepError | None:
    """Send a message of a wait. Its trouble does not close the mailbox, so it is returned."""
    try:
        await message
    except Suspended:
        return None
    except StepError as trouble:
        return trouble
    return None


async def _send(run: Run, call: Call, send: Send) -> None:
    await post(run, "send", send, await _everybody(run, call, "send"), call.link)


async def _everybody(run: Run, call: Call, purpose: str) -> tuple[str, ...]:
    to = call.send.to if call.send else None
    return await readers(run, purpose, (str(run.value(to)),) if to else call.reach())


def _open(armed: Armed, call: Call) -> tuple[Accept, ...]:
    return call.open(call.accepts, armed.taken) if call.open else call.accepts


def _take(run: Run, armed: Armed, call: Call) -> bool:
    while not call.enough(armed.taken) and (taken := run.take(_open(armed, call))):
        accept, event = taken
        if reason := call.refuses(armed.taken, event):
            run.log("refused", f"{run.record.title}: {reason}")
            continue
        armed.taken.append({"which": accept.id, "by": event.by, "at": event.at, "data": dict(event.data)})
        call.took(armed.taken)
    return call.enough(armed.taken)


def _fire(run: Run, armed: Armed) -> None:
    """Mark what is due. Of several reminders that are overdue together, only the last is sent."""
    overdue = [m for m in armed.moments if not m.fired and m.at <= run.now()]
    reminders = [m for m in overdue if m.kind == "reminder"]
    for moment in overdue:
        moment.fired = True
        if moment.kind in ("timeout", "until"):
            armed.ended = moment.kind
            return
        if moment in reminders[:-1]:
            armed.moments.remove(moment)


async def _side_work(run: Run, step: WaitingStep, call: Call, armed: Armed) -> None:
    """Send the reminders and walk the escalations that are due; their trouble never holds up the wait."""
    for moment in [m for m in armed.moments if m.fired]:
        if moment.kind == "reminder":
            await _attempt(_remind(run, step.reminders[moment.n], call, moment))
        else:
            await _attempt(_escalate(run, step.escalate[moment.n], call, moment.n))


async def _remind(run: Run, reminder: Reminder, call: Call, moment: Moment) -> None:
    taken = run.record.armed.taken if run.record.armed else []
    purpose = f"reminder{moment.n + 1}.{moment.nth}"
    to = await readers(run, purpose, call.late(taken) if call.late else call.reach())
    send = _like(call.send, reminder.template or call.reminder)
    await post(run, purpose, send, to or await _everybody(run, call, purpose), call.link)


_ITS_OWN = {"subject": None, "body": None, "to": None, "approve": None}


def _like(send: Send | None, template: str) -> Send:
    """A reminder goes out as the message does that it reminds of; whoever agreed to that has agreed to it."""
    return (send or Send()).model_copy(update={**_ITS_OWN, "template": template})


async def _escalate(run: Run, escalation: Escalation, call: Call, n: int) -> None:
    name = f"escalate{n + 1}"
    if name not in run.record.memo:
        run.once(name, run.now)
        run.log("escalated", f"{run.record.title}: no answer yet, escalated")
    if escalation.task:
        await _side_task(run, name, escalation.task)
    if escalation.to:
        to = await readers(run, name, (str(run.value(escalation.to)),))
        await post(run, name, Send(template=escalation.template or "escalation"), to, call.staff_link)
    if escalation.steps:
        await run.beside(name, escalation.steps)


async def _side_task(run: Run, name: str, task: SideTask) -> None:
    """Open a task beside the wait, and close it when somebody has done it."""
    record = run.open_beside(name, "task", str(run.value(task.title)))
    if record.closed:
        return
    if not record.task:
        asked = _asked_beside(run, task)
        found = await run.do(f"{name}.assign", "assign", asked)
        record.task = opened(record.title, **{k: found[k] for k in ("assignee", "users", "groups", "claimed", "why")})
    hear(record.task, partial(run.take, below=f"/{name}"), run.log)
    if taken := run.take([Accept("done", "task")], f"/{name}"):
        run.close_beside(name, {**taken[1].data, "by": taken[1].by})


def _asked_beside(run: Run, task: SideTask) -> Data:
    """What is asked to find out who does it; see `runtime.assigning`."""
    return {
        "title": str(run.value(task.title)),
        "day": today(run),
        "assignee": str(run.value(task.assignee)) if task.assignee else "",
        "users": [],
        "groups": list(task.candidate_groups),
        "assign_by": "claim",
        "rotation": "",
        "owner": run.plan.process.owner or "",
    }


def _go_on_waiting(run: Run, armed: Armed, trouble: StepError | None) -> NoReturn:
    upcoming = armed.next()
    if upcoming:
        run.wake(upcoming.at)
    if trouble:
        raise trouble
    raise Suspended


async def _end(run: Run, step: WaitingStep, armed: Armed) -> list[Data] | None:
    """The time has come: for a wait until then that is its end, for the others their `on_timeout`."""
    if armed.ended == "until":
        return armed.taken
    if armed.ended == SUPPRESSED:
        if isinstance(step.on_suppressed, tuple):
            call_off(run.record)
        await give_way(run, step.on_suppressed, _out_of_reach(run))
        return None
    run.took("timeout")
    if step.on_timeout == "stop":
        raise CaseStopped(f"{step.id}_timed_out")
    if step.on_timeout == "fail":
        raise StepError("timed_out", f"nothing came in time from {run.record.memo['for']}")
    if isinstance(step.on_timeout, tuple):
        call_off(run.record)
        await run.walk("timeout", step.on_timeout)
    return None
