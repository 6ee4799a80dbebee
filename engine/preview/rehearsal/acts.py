"""What people and systems can do to open cases, and what a persona would do: as lines of a scenario's script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.language.process import mailed_to
from engine.language.resources import Input
from engine.language.scenario import Line
from engine.language.wording import words
from engine.preview.rehearsal.personas import Persona
from engine.preview.rehearsal.samples import Samples
from engine.runtime.simulator import Simulation
from engine.runtime.state import StepRecord
from engine.runtime.view import TaskView
from engine.scenarios.finding import step_of
from engine.scenarios.mails import answered, mail
from engine.scenarios.world import World


@dataclass(frozen=True)
class Open:
    """Something open that somebody can act on. `voted` counts those who have acted on it before."""

    case: Simulation
    path: str
    record: StepRecord
    task: TaskView | None = None

    @property
    def key(self) -> tuple[str, str, str, int]:
        taken = len(self.record.armed.taken) if self.record.armed else 0
        votes = len(self.task.votes) if self.task else 0
        return self.case.state.case["id"], self.path, self.record.since.isoformat(), taken + votes


def open_things(world: World) -> Iterator[Open]:
    """Everything in all cases that waits for somebody or for something outside."""
    for case in world.cases.values():
        if case.state.outcome:
            continue
        tasks = {task.path: task for task in case.open_tasks}
        for path, record in case.state.steps.items():
            if path in tasks:
                yield Open(case, path, record, tasks[path])
            elif not record.closed and record.armed and record.type in _ACTS:
                yield Open(case, path, record)


def act(world: World, open_: Open, persona: Persona, samples: Samples) -> None:
    """Let the persona do it now. Raises CannotPlay, BadValues."""
    if open_.task:
        _complete(world, open_.case, open_.task, persona, samples)
    else:
        _ACTS[open_.record.type](world, open_, persona, samples)


# -- tasks --------------------------------------------------------------------


def _complete(world: World, case: Simulation, task: TaskView, persona: Persona, samples: Samples) -> None:
    outcome = persona.choice(task.outcomes)
    who = _doer(case, task)
    answers: Mapping[str, Any] = {}
    if task.form:
        specs = {q.id: q for q in case.plan.resources.forms[task.form].fields}
        answers = samples.fill(specs, _name(case, who), world.now, task.title)
    if len(task.outcomes) > 1:
        samples.note(_name(case, who), f"the decision on “{task.title}”", words(outcome), task.title)
    comment = "As discussed." if outcome in task.comments else ""
    ticked = [str(item["id"]) for item in task.checklist]
    data = {"outcome": outcome, "comment": comment, "answers": dict(answers), "checklist": ticked}
    world.tell(case, "task", task.path, "task", who, data)


def _doer(case: Simulation, task: TaskView) -> str:
    """Who does a task: whoever it is assigned to, the next voter, or the first who may."""
    voters = task.approvals.get("voters") or {}
    voted = {vote["by"] for vote in task.votes}
    groups = {g.id: g.members for g in case.plan.resources.people.groups}
    candidates = (
        *(v for v in voters if v not in voted),
        task.assignee,
        *task.users,
        *(member for group in task.groups for member in groups.get(group, ())),
    )
    return next(filter(None, candidates), "somebody")


def _name(case: Simulation, user: str) -> str:
    return next((u.name for u in case.plan.resources.people.users if u.id == user), user)


# -- what waits ---------------------------------------------------------------


def _answer(world: World, open_: Open, persona: Persona, samples: Samples) -> None:
    step = step_of(open_.case, open_.record.id)
    specs = {q.id: q for q in open_.case.plan.resources.forms[step.form].fields}
    to = str(open_.record.memo.get("to") or "whoever gets the form")
    answers = samples.fill(specs, to, world.now, open_.record.title)
    world.tell(open_.case, "answer", open_.path, "answer", to, {"answers": answers})


def _sign(world: World, open_: Open, persona: Persona, samples: Samples) -> None:
    taken = {t["data"]["signer"] for t in open_.record.armed.taken} if open_.record.armed else set()
    asked = [str(s["email"]) for s in open_.record.memo["asked"]["signers"]]
    signer = next((s for s in asked if s not in taken), asked[0])
    samples.note(signer, "signs or declines", "signs" if persona.willing else "declines", open_.record.title)
    said = {"outcome": "signed"} if persona.willing else {"outcome": "declined", "reason": "It does not suit us"}
    world.tell(open_.case, "signature", open_.path, "signature", signer, {**said, "signer": signer})


def _happen(world: World, open_: Open, persona: Persona, samples: Samples) -> None:
    """The first event that the wait takes; one that comes from outside carries what it must match."""
    step = step_of(open_.case, open_.record.id)
    # a mail that comes back is nothing that people do
    event = next((e for e in step.events if e.type != "bounce"), None) if step is not None else None
    if event is None:
        return
    if event.type == "email":
        _write(world, open_, event, persona, samples)
    elif event.type == "manual":
        specs: Mapping[str, Input] = event.inputs
        who = ", ".join(map(words, event.candidate_groups)) or "somebody"
        data = samples.fill(specs, who, world.now, open_.record.title)
        world.tell(open_.case, "manual", open_.path, event.id, "", data)
    else:
        _outside(world, open_, event, samples)


def _write(world: World, open_: Open, event: Any, persona: Persona, samples: Samples) -> None:
    """A reply, once: what is asked again in another round has been said. Or a mail to the mailbox, where nobody was
    written to who could reply."""
    records = open_.case.state.steps.values()
    if any(r.closed and r.id == open_.record.id and r.result.get("event") for r in records):
        return
    text = "Thank you, that is fine." if persona.willing else "Thank you, but no."
    samples.note("whoever answers by mail", "what they write", text, open_.record.title)
    if answered(world, open_.case, open_.path, text) or not event.mailbox:
        return
    accept = next(a for a in open_.record.memo["accepts"] if a["name"] == mailed_to(event.mailbox))
    writer = str(accept["match"].get("from") or "alex@client.example")
    subject = str(accept["match"].get("subject") or "A message")
    mail(world, Line.model_validate({"from": writer, "text": text, "subject": subject}), event.mailbox)


def _outside(world: World, open_: Open, event: Any, samples: Samples) -> None:
    accept = next(a for a in open_.record.memo["accepts"] if a["id"] == event.id)
    connection = open_.case.plan.resources.connections.get(event.connection or "")
    schema = connection.events.get(event.event or "") if connection else None
    giver = (connection.title if connection else None) or words(event.connection or "another process")
    flat = samples.event(dict(schema.types) if schema else {}, giver, world.now, accept["match"])
    samples.note(giver, f"“{words(event.event or event.id)}”", "it comes", open_.record.title)
    world.tell(open_.case, accept["kind"], "", accept["name"], giver, _nested({**accept["match"], **flat}))


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`company.name` as an event has it."""
    found: dict[str, Any] = {}
    for dotted, value in flat.items():
        *above, name = dotted.split(".")
        inside = found
        for outer in above:
            inside = inside.setdefault(outer, {})
        inside[name] = value
    return found


_ACTS = {"form": _answer, "signature": _sign, "wait": _happen}
