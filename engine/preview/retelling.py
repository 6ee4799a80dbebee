"""A whole process in plain sentences, as one would tell it to a colleague."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from string import ascii_uppercase

from engine.language import wording
from engine.language.plan import Plan
from engine.language.process import Handler, Trigger
from engine.language.resources import Calendar, Input
from engine.runtime import manners
from engine.runtime.promises import shortly
from engine.runtime.step import Nested, Step

Numbers = Mapping[str, str]
"""Step id -> number."""


@dataclass(frozen=True)
class Item:
    """A step, a block inside a step (without `number`), or a remark; `lines` are whole sentences."""

    title: str = ""
    number: str = ""
    step: str = ""  # the step's id
    lines: tuple[str, ...] = ()
    items: tuple["Item", ...] = ()


@dataclass(frozen=True)
class Section:
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Retelling:
    process: str
    title: str
    lines: tuple[str, ...]
    sections: tuple[Section, ...]


def retell(plan: Plan) -> Retelling:
    """The process of a plan, from what starts it to how it can end."""
    process, numbers = plan.process, _numbered(plan)
    with speaking(plan, {step: f"step {number}" for step, number in numbers.items()}):
        told = (
            Section("How it starts", tuple(_beginning(plan))),
            Section("What happens", _steps(process.steps, numbers)),
            Section("At any time while it runs", tuple(_handlers(process.handlers, numbers))),
            Section("How it can end", tuple(_endings(plan, numbers))),
            Section("The messages", tuple(_messages(plan))),
        )
    about = (process.description or "", *_about(plan))
    return Retelling(process.process, process.title, tuple(filter(None, about)), tuple(s for s in told if s.items))


def speaking(plan: Plan, steps: Mapping[str, str]) -> AbstractContextManager[None]:
    """In here people, groups and systems are called as the workspace calls them, and steps as given."""
    staff = plan.resources.people
    people = {user.id: user.name for user in staff.users} | {g.id: g.title for g in staff.groups if g.title}
    titles = {name: found.title for name, found in plan.resources.connections.items() if found.title}
    return wording.calling(steps, people, titles)


def _about(plan: Plan) -> Iterator[str]:
    process = plan.process
    if process.owner:
        yield f"{_group(plan, process.owner)} looks after it and hears of everything that cannot go on by itself."
    if plan.calendar:
        yield f"Working time is {_working_time(plan.calendar)}."
    if process.stages:
        yield f"A case passes through the stages {wording.listed(wording.words(s) for s in process.stages)}."


def _working_time(calendar: Calendar) -> str:
    weekend = wording.listed(wording.capital(day) for day in calendar.weekend)
    free = f"; {weekend} are free" if calendar.weekend else ""
    holidays = f", and so are the public holidays of {calendar.holidays}" if calendar.holidays else ""
    closed = f" and {wording.number(len(calendar.closed))} days of our own" if calendar.closed else ""
    hours = f"{calendar.hours.opens} to {calendar.hours.closes} in {calendar.time_zone}"
    return f"{hours} (calendar {wording.named(calendar.calendar)}{free}{holidays}{closed})"


def _group(plan: Plan, name: str) -> str:
    found = next((g.title for g in plan.resources.people.groups if g.id == name), None)
    return found or wording.capital(wording.words(name))


# -- how it starts ------------------------------------------------------------


def beginnings(plan: Plan) -> tuple[str, ...]:
    """What starts a case: a sentence for each trigger."""
    return tuple(map(_trigger, plan.process.triggers))


def _beginning(plan: Plan) -> Iterator[Item]:
    process = plan.process
    yield from (Item(lines=(line,)) for line in beginnings(plan))
    if process.inputs:
        asked = wording.listed(_asked(name, spec) for name, spec in process.inputs.items())
        yield Item(lines=(f"It needs {asked}.",))
    if process.concurrency and process.concurrency.if_running != "allow":
        yield Item(lines=(_second_start(process.concurrency.key, process.concurrency.if_running),))


def _asked(name: str, spec: Input) -> str:
    label = (spec.label or wording.words(name)).lower()
    return f"{label} (may be left out)" if spec.optional or spec.default is not None else label


_SECOND = {
    "skip": "a second start does nothing",
    "cancel_previous": "a second start ends the first case",
    "queue": "a second start waits until the first case has ended",
}


def _second_start(key: str, policy: str) -> str:
    return f"While a case with the same value of {wording.spoken(key)} is open, {_SECOND.get(policy, policy)}."


def _trigger(trigger: Trigger) -> str:
    only = f", if {wording.condition(trigger.if_)}" if trigger.if_ else ""
    return f"{_STARTS.get(trigger.type, _by_name)(trigger)}{only}."


def _by_hand(trigger: Trigger) -> str:
    who = wording.listed(map(wording.group, trigger.candidate_groups), "or") if trigger.candidate_groups else "anybody"
    return f"{wording.capital(who)} starts it by hand"


def _by_webhook(trigger: Trigger) -> str:
    system = wording.connection(trigger.connection or "")
    return f"It starts when “{wording.words(trigger.event or '')}” comes from {system}"


def _by_form(trigger: Trigger) -> str:
    form = f" with the questions {wording.named(trigger.form)}" if trigger.form else ""
    return f"Somebody starts it on its public page{form}"


def _by_mail(trigger: Trigger) -> str:
    machine = ", also one that a machine has written" if trigger.automatic else ""
    return f"It starts when a mail to {wording.mailbox(trigger.mailbox or '')} comes{machine}"


def _by_name(trigger: Trigger) -> str:
    return f"It starts by {wording.words(trigger.type)} ({wording.words(trigger.id)})"


def _by_event(trigger: Trigger) -> str:
    equal = [f"{wording.words(name)} is {wording.spoken(str(value))}" for name, value in trigger.match.items()]
    told = f"It starts when another process tells “{wording.words(trigger.event or '')}”"
    return f"{told}, and {wording.listed(equal)}" if equal else told


_STARTS = {"manual": _by_hand, "webhook": _by_webhook, "form": _by_form, "event": _by_event, "email": _by_mail}

# -- what happens -------------------------------------------------------------


def _steps(steps: Iterable[Step], numbers: Numbers) -> tuple[Item, ...]:
    return tuple(_step(step, numbers) for step in steps)


def _step(step: Step, numbers: Numbers) -> Item:
    return Item(title_of(step), numbers[step.id], step.id, tuple(_lines(step)), tuple(_blocks(step, numbers)))


def title_of(step: Step) -> str:
    """The step's title with its values named in words; its id in words where it has none."""
    return wording.capital(wording.spoken(step.title) if step.title else wording.words(step.id))


def _lines(step: Step) -> Iterator[str]:
    if step.if_:
        yield f"Only if {wording.condition(step.if_)}."
    if step.start:
        yield f"Not before {wording.moment(step.start).removeprefix('at ')}."
    yield step.sentence()
    yield from step.notes()
    yield from (promise.text for promise in step.promises())
    if step.stage:
        yield f"The case is now in the stage “{wording.words(step.stage)}”."
    if step.on_error not in (None, "incident"):
        yield f"If it cannot be done, {_ON_ERROR.get(str(step.on_error)) or shortly(step.on_error) or 'see below'}."


_ON_ERROR = {"continue": "the process goes on without it", "stop": "the case ends as “failed”"}


def _blocks(step: Step, numbers: Numbers) -> Iterator[Item]:
    """The blocks inside; one that is told in a sentence of the step is left out."""
    for nested in step.nested():
        items = _steps(nested.steps, numbers) if not told_by(nested) else ()
        if nested.name == "steps" and nested.kind in ("then", "loop"):
            yield from items
        elif items:
            yield Item(heading(nested), lines=_condition(nested), items=items)


def told_by(nested: Nested) -> bool:
    """Whether a sentence of the step itself tells what happens in this block."""
    return bool(shortly(nested.steps)) and nested.kind in _HEADINGS


_HEADINGS = {
    "timeout": "When time runs out",
    "suppressed": "When the reader may not be written to",
    "side": "Beside it, when nobody acts",
    "error": "If it cannot be done",
    "otherwise": "If it is still not so after the last time",
}


def heading(nested: Nested) -> str:
    if nested.kind == "choice":
        return f"If {wording.condition(nested.if_)}" if nested.if_ else "Otherwise"
    if nested.kind == "handler":
        return f"While it is open: {wording.words(nested.name.removeprefix('handlers/'))}"
    known = {**_HEADINGS, "undo": "To undo it", "item": "For each"}.get(nested.kind)
    return known or wording.capital(wording.words(nested.name))


def _condition(nested: Nested) -> tuple[str, ...]:
    if nested.if_ and nested.kind != "choice":
        return (f"Only if {wording.condition(nested.if_)}.",)
    return ()


def _handlers(handlers: Iterable[Handler], numbers: Numbers) -> Iterator[Item]:
    for handler in handlers:
        steps = _steps(handler.steps, numbers)
        yield Item(wording.capital(wording.words(handler.id)), lines=(heard(handler),), items=steps)


def heard(handler: Handler) -> str:
    when = handler.when
    if when.type == "form":
        heard = f"When somebody sends the questionnaire {wording.named(when.form or '')} (the mails link to it)"
    elif when.type == "manual":
        who = wording.listed(map(wording.group, when.candidate_groups), "or") if when.candidate_groups else "somebody"
        heard = f"When {who} reports “{wording.words(handler.id)}”"
    elif when.type == "email":
        to = f" to {wording.mailbox(when.mailbox)}" if when.mailbox else ""
        heard = f"When a mail comes{to}" if to else "When an answer comes by mail that no step waits for"
    elif when.type == "bounce":
        heard = "When one of our mails comes back"
    elif when.type == "event":
        heard = f"When another process tells “{wording.words(when.event or '')}”"
    else:
        heard = f"When “{wording.words(when.event or '')}” comes from {wording.connection(when.connection or '')}"
    then = "everything that is open ends, and this happens instead" if handler.interrupt else "this happens beside it"
    return f"{heard}, {then}:"


# -- the numbers --------------------------------------------------------------


def _numbered(plan: Plan) -> dict[str, str]:
    """Step id -> number: `5.1`, or `A1` in the first handler. A step told in a sentence has its outer step's."""
    numbers: dict[str, str] = {}
    _number(plan.process.steps, "", numbers)
    for letter, handler in zip(ascii_uppercase, plan.process.handlers, strict=False):
        _number(handler.steps, letter, numbers)
    return numbers


def _number(steps: Iterable[Step], prefix: str, numbers: dict[str, str]) -> None:
    for n, step in enumerate(steps, 1):
        numbers[step.id] = f"{prefix}{n}"
        told = [nested for nested in step.nested() if told_by(nested)]
        below = [inner for nested in step.nested() if nested not in told for inner in nested.steps]
        _number(below, f"{prefix}{n}.", numbers)
        numbers |= {inner.id: f"{prefix}{n}" for nested in told for inner in nested.steps}


# -- how it ends --------------------------------------------------------------


def _endings(plan: Plan, numbers: Numbers) -> Iterator[Item]:
    found: dict[str, list[str]] = {}
    for block in (plan.process.steps, *(h.steps for h in plan.process.handlers)):
        for step in steps_in(block):
            for outcome in step.endings():
                found.setdefault(outcome, []).append(numbers[step.id])
    yield Item(lines=("“completed”, when all steps are done.",))
    for outcome, places in found.items():
        yield Item(lines=(f"“{wording.words(outcome)}”, in step {wording.listed(dict.fromkeys(places), 'or')}.",))
    if plan.process.outputs:
        yield Item(lines=(f"It hands over {wording.listed(wording.words(n) for n in plan.process.outputs)}.",))


def steps_in(steps: Iterable[Step]) -> Iterator[Step]:
    """Every step of a block and of the blocks inside, in the order they are written."""
    for step in steps:
        yield step
        for nested in step.nested():
            yield from steps_in(nested.steps)


def _messages(plan: Plan) -> Iterator[Item]:
    for name, mail in plan.resources.emails.items():
        subject = f"{wording.named(name)} has the subject {wording.quoted(mail.subject)}."
        yield Item(lines=(" ".join((subject, *manners.told(manners.Usual(mail.class_, mail.sender)))),))
