"""What a line of a test means by a name: a step that is open, a task, a handler, the case of a subprocess."""

from collections.abc import Iterable, Iterator
from typing import Any

from engine.language.problems import one_of, suggest
from engine.language.process import Handler
from engine.runtime.control.for_each import safe
from engine.runtime.simulator import Simulation
from engine.runtime.state import StepRecord
from engine.runtime.view import TaskView
from engine.scenarios.world import CannotPlay, World

Open = tuple[Simulation, str, StepRecord]


def case_of(world: World, step: str | None) -> Simulation:
    """The case that a step has started; the tested case without a step. Raises CannotPlay."""
    if step is None:
        return world.main
    child = world.child(step)
    if child is None:
        raise CannotPlay(f"the step `{step}` has started no case{_mocked(world, step)}")
    return child


def _mocked(world: World, step: str) -> str:
    return ": it is mocked" if step in world.mocks else " yet"


def open_step(world: World, name: str) -> Open:
    """An open step by its id or path, `subprocess/step` for one of a case that was started, `ITEM/step` for that of an
    item. Raises CannotPlay."""
    for case, step in meant(world, name):
        found = [(p, r) for p, r in case.state.steps.items() if not r.closed and fits(step, p, r.id)]
        if found:
            path, record = max(found, key=lambda f: (bool(f[1].incident or f[1].failures), f[1].status == "waiting"))
            return case, path, record
    raise CannotPlay(f"no case is at the step `{name}`; {standing(world, name)}")


def fits(name: str, path: str, step: str) -> bool:
    """Whether a name means the step at a path: `ask`, `each/sam/ask`, or `sam/ask` for short."""
    *above, last = name.split("/")
    inside = path.split("/")[:-1]
    return name == path or (last == step and all(part in inside or safe(part) in inside for part in above))


def open_task(world: World, name: str) -> tuple[Simulation, TaskView]:
    """An open task by its title, or by the id or path of its step. Raises CannotPlay."""
    for case, task in meant(world, name):
        found = [t for t in case.open_tasks if task in (t.title, t.path, t.step)]
        if found:
            return case, found[0]
    titles = [t.title for case in world.cases.values() for t in case.open_tasks]
    now = f"open are {one_of(titles)}" if titles else "no task is open"
    raise CannotPlay(f"there is no open task `{name}`; {now}")


def handler(world: World, name: str) -> tuple[Simulation, str, Handler] | None:
    """A handler that listens now, of the case or of an open group, with its path; None where there is none."""
    for case, wanted in meant(world, name):
        for path, found in _listening(case):
            if wanted in (found.id, path):
                return case, path, found
    return None


def _listening(case: Simulation) -> Iterator[tuple[str, Handler]]:
    yield from ((f"handlers/{h.id}", h) for h in case.plan.process.handlers)
    for path, record in case.state.steps.items():
        if not record.closed:
            own = getattr(step_of(case, record.id), "handlers", ())
            yield from ((f"{path}/handlers/{h.id}", h) for h in own)


def meant(world: World, name: str) -> Iterator[tuple[Simulation, str]]:
    """The cases in which a name may be meant: the tested one first."""
    first, slash, rest = name.partition("/")
    if slash and (child := world.child(first)):
        yield child, rest
    yield from ((case, name) for case in world.cases.values() if not case.state.outcome)


def standing(world: World, name: str = "") -> str:
    """Where the cases stand now, in words, with the nearest step where `name` is like one."""
    if all(case.state.outcome for case in world.cases.values()):
        return f"the case has ended: {world.main.state.outcome}"
    steps = [w.step for case in world.cases.values() for w in case.turned.view.waits]
    if near := suggest(name, steps):
        return f"did you mean `{near}`?"
    return f"open are {one_of(dict.fromkeys(steps))}" if steps else "nothing is open now"


def step_of(case: Simulation, name: str) -> Any:
    """A step of the plan by its id; None where there is none."""
    process = case.plan.process
    blocks = (process.steps, *(h.steps for h in process.handlers))
    return next((s for s in steps_in(blocks) if s.id == name), None)


def steps_in(blocks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    """All steps of these blocks and of the blocks inside them."""
    for block in blocks:
        for step in block:
            yield step
            yield from steps_in(nested.steps for nested in step.nested())
