"""How long an event is kept that came before the step that takes it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.language.calendar import WorkCalendar
from engine.language.evaluator import EVERYDAY
from engine.language.plan import Plan
from engine.language.process import Handler, heard_as
from engine.language.time import resolve_text
from engine.runtime.events import Event
from engine.runtime.step import Step

KEEP = timedelta(days=30)


def kept_until(plan: Plan, event: Event) -> datetime:
    """When nobody takes it any more: by the event's own `keep`, else the process's, else 30 days."""
    process = plan.process
    phrase = _named(process.steps, process.handlers).get(event.name) or process.keep
    if phrase is None:
        return event.at + KEEP
    found = plan.resources.calendars.get(process.calendar or "")
    calendar = WorkCalendar.of(found) if found else EVERYDAY
    return resolve_text(phrase, str, event.at, calendar) or event.at + KEEP


def _named(steps: tuple[Step, ...], handlers: tuple[Handler, ...]) -> dict[str, str]:
    """What is said of each event, by the name under which it arrives."""
    return dict(_keeps(steps, handlers))


def _keeps(steps: tuple[Step, ...], handlers: tuple[Handler, ...]) -> Iterator[tuple[str, str]]:
    for handler in handlers:
        if handler.when.keep:
            yield heard_as(handler.when, handler.id), handler.when.keep
        yield from _keeps(handler.steps, ())
    for step in steps:
        yield from ((listen.name, listen.keep) for listen in step.listens() if listen.keep)
        yield from _keeps((), getattr(step, "handlers", ()))
        for nested in step.nested():
            yield from _keeps(nested.steps, ())
