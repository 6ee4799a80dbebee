"""What stands around a block of steps while it is walked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Names = Mapping[str, Any]


@dataclass(frozen=True)
class Around:
    """`names` exist only in the block (`item`, `event`, `error`); `rooms` are the items of `for_each` that it is in,
    outermost first; `caught` says that a group takes what fails here, `over` asks
    whether it is about to end: then what is open may still end, and nothing new begins.

    `until` and `own` limit which steps are seen: those that had finished by that number, and those below `own`.
    """

    names: Names = field(default_factory=dict)
    rooms: tuple[str, ...] = ()
    caught: bool = False
    over: tuple[Callable[[], bool], ...] = ()
    until: int = 0
    own: str = ""

    def knowing(self, names: Names | None) -> "Around":
        return replace(self, names={**self.names, **names}) if names else self

    def inside(self, room: str) -> "Around":
        return replace(self, rooms=(*self.rooms, room))

    @property
    def room(self) -> str:
        return self.rooms[-1] if self.rooms else ""
