"""A case in the middle of any construct goes on with another version as if nothing had happened."""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest

from engine.language.inputs import Values
from engine.runtime.migration import migrate
from engine.runtime.places import layout
from engine.runtime.simulator import Simulation
from tests.golden.constructs import CONSTRUCTS
from tests.golden.record import effects
from tests.runtime.onboarding import Line, follow
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


def renamed(body: str, names: Mapping[str, str]) -> str:
    """Every step has another name."""
    for old, new in names.items():
        body = re.sub(rf"\b(id: |steps\.){old}\b(?!:)", rf"\g<1>{new}", body)
    return body


def after(name: str, at: int) -> Simulation:
    """A case that has followed the script so far."""
    body, script = CONSTRUCTS[name]
    case = begin(body)
    for line in script[:at]:
        follow(case, line)
    return case


def goes_on(case: Simulation, body: str, script: list[Line], names: Mapping[str, str]) -> list[str]:
    """The case on that version, and its effects from there to the end of the script, by their purpose."""
    new = small(body)
    values = Values(new.resources.people, "GBP", ZoneInfo("UTC"))
    moved = migrate(case.plan, new, case.state, case.now, values, names)
    assert moved.verdict.kind == "moves", moved.verdict
    assert moved.verdict.notes == ()
    assert moved.state is not None
    further = Simulation(new, moved.state, case.now)
    for line in script:
        follow(further, [line[0], _now(line[1], names), *line[2:]] if line else line)
    assert further.state.outcome == "completed"
    return _purposes(effects(further), names)


def _now(path: str, names: Mapping[str, str]) -> str:
    return "/".join(names.get(segment, segment) for segment in path.split("/"))


def _purposes(found: list[str], names: Mapping[str, str]) -> list[str]:
    """Effects by the ids of before, without the one that only the longer version has."""
    back = {new: old for old, new in names.items()}
    told = (re.sub(r"[\w]+", lambda m: back.get(m[0], m[0]), effect) for effect in found)
    return [effect.replace("whole/steps/", "") for effect in told if "added_end" not in effect]


@pytest.mark.parametrize(("name", "at"), EVERYWHERE, ids=[f"{name}-{at}" for name, at in EVERYWHERE])
def test_nothing_is_lost_or_done_twice(name: str, at: int) -> None:
    body, script = CONSTRUCTS[name]
    case, whole = after(name, at), after(name, len(script))
    expected = effects(whole)[len(case.effects) :]
    names = {step: f"{step}_now" for step in layout(case.plan)}
    assert goes_on(case, longer(body), script[at:], {}) == expected
    assert goes_on(case, wrapped(body), script[at:], {}) == expected
    assert goes_on(case, renamed(body, names), script[at:], names) == expected
