"""Playing a case through: whoever acts first acts, and otherwise time passes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.language.inputs import BadValues
from engine.preview.rehearsal.acts import Open, act, open_things
from engine.preview.rehearsal.personas import Persona
from engine.preview.rehearsal.samples import Samples
from engine.scenarios.clock import calendar_of
from engine.scenarios.world import CannotPlay, World


@dataclass(frozen=True)
class Limit:
    """Where a rehearsal stops that has no end: a case may wait for years, or go round for ever."""

    moves: int = 3_000
    days: int = 2_000


def rehearse(world: World, persona: Persona, samples: Samples, limit: Limit = Limit()) -> str:
    """Play until all cases have ended or nothing happens any more. Why it stopped before that; empty if it did not."""
    tried: set[tuple[str, str, str, int]] = set()
    until = world.now + timedelta(days=limit.days)
    for _ in range(limit.moves):
        if all(case.state.outcome for case in world.cases.values()):
            return ""
        planned = _next(open_things(world), persona, tried)
        due = world.deadline
        if planned is None and due is None:
            return ""
        at = min(moment for moment in (planned and max(planned[0], world.now), due) if moment)
        if at > until:
            return f"nothing happens for {limit.days} days"
        if planned and max(planned[0], world.now) <= at:
            _act(world, planned, persona, samples, tried)
        else:
            world.advance_to(at)
    return f"it was still going on after {limit.moves:,} moves"


Planned = tuple[datetime, Open]


def _next(things: Iterable[Open], persona: Persona, tried: set[tuple[str, str, str, int]]) -> Planned | None:
    """What the persona does first, and when."""
    found: list[Planned] = []
    for open_ in things:
        at = persona.when(open_.record, calendar_of(open_.case.plan))
        if at is not None and open_.key not in tried:
            found.append((at, open_))
    return min(found, key=lambda planned: planned[0], default=None)


def _act(
    world: World, planned: Planned, persona: Persona, samples: Samples, tried: set[tuple[str, str, str, int]]
) -> None:
    at, wanted = planned
    world.advance_to(max(at, world.now))
    tried.add(wanted.key)
    open_ = next((now for now in open_things(world) if now.key == wanted.key), None)
    if open_ is None:  # it was closed by what happened on the way
        return
    try:
        act(world, open_, persona, samples)
    except (CannotPlay, BadValues) as problem:
        samples.note("nobody", f"“{open_.record.title}” could not be played", str(problem), open_.record.title)
