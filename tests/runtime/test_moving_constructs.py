"""A case in the middle of any construct goes on with another version as if nothing had happened."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from engine.language.inputs import Values
from engine.runtime.migration import migrate
from engine.runtime.simulator import Simulation
from tests.golden.constructs import CONSTRUCTS
from tests.golden.record import effects
from tests.runtime.onboarding import follow
from tests.runtime.small import begin, small

END = "  - { id: added_end, type: email, to: ann@acme.test, template: again }\n"
EVERYWHERE = [(name, at) for name, (_, script) in CONSTRUCTS.items() for at in range(len(script))]


def parts(body: str) -> tuple[str, str]:
    """The steps and the handlers of a body."""
    steps, handlers, more = body.removeprefix("steps:\n").partition("handlers:\n")
    return steps, handlers + more


def longer(body: str) -> str:
    """One step more at the end."""
    steps, handlers = parts(body)
    return f"steps:\n{steps}{END}{handlers}"


def wrapped(body: str) -> str:
    """All steps in a group: every path is another one."""
    steps, handlers = parts(body)
    inside = "".join(f"    {line}\n" for line in steps.splitlines())
    return f"steps:\n  - id: whole\n    type: group\n    steps:\n{inside}{handlers}"


def after(name: str, at: int) -> Simulation:
    """A case that has followed the script so far."""
    body, script = CONSTRUCTS[name]
    case = begin(body)
    for line in script[:at]:
        follow(case, line)
    return case


def goes_on(case: Simulation, body: str, name: str, at: int) -> Iterator[str]:
    """The case on that version, and its effects from there to the end of the script."""
    new = small(body)
    moved = migrate(case.plan, new, case.state, case.now, Values(new.resources.people, "GBP", ZoneInfo("UTC")))
    assert moved.verdict.kind == "moves", moved.verdict
    assert moved.verdict.notes == ()
    assert moved.state is not None
    further = Simulation(new, moved.state, case.now)
    for line in CONSTRUCTS[name][1][at:]:
        follow(further, line)
    assert further.state.outcome == "completed"
    return (effect.replace("whole/steps/", "") for effect in effects(further) if "added_end" not in effect)


@pytest.mark.parametrize(("name", "at"), EVERYWHERE, ids=[f"{name}-{at}" for name, at in EVERYWHERE])
def test_nothing_is_lost_or_done_twice(name: str, at: int) -> None:
    case, whole = after(name, at), after(name, len(CONSTRUCTS[name][1]))
    expected = effects(whole)[len(case.effects) :]
    assert list(goes_on(case, longer(CONSTRUCTS[name][0]), name, at)) == expected
    assert list(goes_on(case, wrapped(CONSTRUCTS[name][0]), name, at)) == expected
