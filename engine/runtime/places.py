"""Where the steps of a plan are, and what the path of a step in a case says about that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.language.plan import Plan
from engine.runtime.state import State
from engine.runtime.step import Step

MANY = ("loop", "item", "handler")
"""Kinds of block that run more than once: the path says which time."""


@dataclass(frozen=True)
class Link:
    """A block of a step. `owner` is the step's id; empty for a handler of the process."""

    owner: str
    block: str
    kind: str

    def through(self, instance: str) -> tuple[str, ...]:
        """The segments of a path that lead through the block: a round, an item, the block's name."""
        own = (self.owner,) if self.owner else ()
        name = tuple(self.block.split("/")) if self.block else ()
        if self.kind not in MANY:
            return (*own, *name)
        return (*own, *(name if self.kind == "handler" else ()), instance)


@dataclass(frozen=True)
class Place:
    """A step, the blocks around it from the outside in, and the ids in its own block, in their order."""

    step: Step
    links: tuple[Link, ...]
    beside: tuple[str, ...]

    def path(self, instances: Sequence[str]) -> str:
        """The path of the step in these rounds and items; one for each link, empty where there is only one."""
        return prefix(self.links, instances) + self.step.id

    def instances(self, path: str) -> tuple[str, ...] | None:
        """The rounds and items that a path says; None for a path that does not lead here."""
        segments, found = path.split("/"), []
        for link in self.links:
            length = len(link.through(""))
            instance = segments[length - 1] if link.kind in MANY and len(segments) > length else ""
            if tuple(segments[:length]) != link.through(instance):
                return None
            found.append(instance)
            segments = segments[length:]
        return tuple(found) if segments == [self.step.id] else None


def prefix(links: Sequence[Link], instances: Sequence[str]) -> str:
    """The beginning of all paths in a block, with a slash at its end; empty for the process itself."""
    return "".join(f"{'/'.join(link.through(i))}/" for link, i in zip(links, instances, strict=True))


def layout(plan: Plan) -> dict[str, Place]:
    """Every step of a plan by its id."""
    found = dict(_places(plan.process.steps, ()))
    for handler in plan.process.handlers:
        found |= dict(_places(handler.steps, (Link("", f"handlers/{handler.id}", "handler"),)))
    return found


def _places(steps: tuple[Step, ...], links: tuple[Link, ...]) -> Iterator[tuple[str, Place]]:
    beside = tuple(step.id for step in steps)
    for step in steps:
        yield step.id, Place(step, links, beside)
        for nested in step.nested():
            yield from _places(nested.steps, (*links, Link(step.id, nested.name, nested.kind)))


@dataclass(frozen=True)
class Block:
    """A block in which a case is, or was: the beginning of its paths, and the ids of its steps in their order.

    `over`: a round of a loop after which another one has begun. `room` is the item of a `for_each` that it is in.
    """

    prefix: str
    steps: tuple[str, ...]
    over: bool
    room: str


def blocks(places: Mapping[str, Place], state: State) -> tuple[Block, ...]:
    """Every block that holds a record of the case, and those around it."""
    found: dict[str, tuple[tuple[str, ...], tuple[Link, ...], tuple[str, ...]]] = {}
    for path, record in state.steps.items():
        place = places.get(record.id)
        instances = place.instances(path) if place else None
        if place is None or instances is None:
            continue
        for depth in range(len(place.links) + 1):
            inside = place if depth == len(place.links) else places.get(place.links[depth].owner)
            if inside:
                links, rounds = place.links[:depth], instances[:depth]
                found.setdefault(prefix(links, rounds), (inside.beside, links, rounds))
    return tuple(
        Block(before, steps, _over(links, rounds, found), _room(links, rounds))
        for before, (steps, links, rounds) in found.items()
    )


def _over(links: tuple[Link, ...], rounds: tuple[str, ...], known: Mapping[str, object]) -> bool:
    if not links or links[-1].kind != "loop":
        return False
    return prefix(links, (*rounds[:-1], str(int(rounds[-1]) + 1))) in known


def _room(links: tuple[Link, ...], rounds: tuple[str, ...]) -> str:
    items = [n for n, link in enumerate(links, 1) if link.kind == "item"]
    return prefix(links[: items[-1]], rounds[: items[-1]]).rstrip("/") if items else ""
