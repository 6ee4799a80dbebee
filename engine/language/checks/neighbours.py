"""What the other processes of the workspace give: outputs to who starts them, and events to who listens."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol

from engine.language import given
from engine.language.checks.blocks import Others
from engine.language.checks.subject import Subject
from engine.language.checks.values import Values
from engine.language.process import Process
from engine.language.types import Record, record


class Walked(Protocol):
    """A walk through a process; `emitted` has what its events carry, once it was made."""

    emitted: dict[str, Record]

    def process(self) -> Record: ...


Walker = Callable[[Subject, Others], Walked]


class Neighbours(Others):
    """Other processes of the workspace, walked when somebody asks for them.

    Those that emit events are read through a library of their own: what is wrong with them is said where they
    are checked.
    """

    def __init__(
        self, subject: Subject, walk: Walker, above: tuple[str, ...] = (), walked: dict[str, Walked] | None = None
    ) -> None:
        self.subject = subject
        self.walk = walk
        self.above = (*above, subject.process.process)
        self.found: dict[str, Record] = {}
        self.walked: dict[str, Walked] = {} if walked is None else walked
        self.events = Emitted(subject, walk, self.above, self.walked)

    def __getitem__(self, name: str) -> Record:
        if name not in self.found:
            self.found[name] = self._outputs(name)
        return self.found[name]

    def _outputs(self, name: str) -> Record:
        loaded = self.subject.library.get("processes", name)
        if loaded is None or not isinstance(loaded.root, Process) or name in self.above:
            return given.OPEN
        child = Subject(loaded, self.subject.library)
        return self.walk(child, Neighbours(child, self.walk, self.above, self.walked)).process()

    def __iter__(self) -> Iterator[str]:
        return iter(self.subject.library.names("processes"))

    def __len__(self) -> int:
        return len(self.subject.library.names("processes"))


class Emitted(Mapping[str, Record]):
    """What the events of the workspace carry, from the `emit` steps of all its processes.

    `walked` keeps every walk that was made: among processes that listen to each other there are more ways from
    one to the next than anybody can go.
    """

    def __init__(self, subject: Subject, walk: Walker, above: tuple[str, ...], walked: dict[str, Walked]) -> None:
        self.subject = subject
        self.walk = walk
        self.above = above
        self.walked = walked
        self.carried: dict[str, Record] = {}

    @cached_property
    def sources(self) -> dict[str, list[Subject]]:
        """The processes that emit an event, by the event."""
        found: dict[str, list[Subject]] = {}
        here = self.subject.library
        library = here.elsewhere
        for name in here.mentioning("processes", "emit"):
            own = name == self.subject.process.process
            loaded = self.subject.document if own else library.get("processes", name)
            if loaded is not None and isinstance(loaded.root, Process):
                source = self.subject if own else Subject(loaded, library)
                for event in {s.event for s in source.steps if s.type == "emit" and s.event}:  # type: ignore[attr-defined]
                    found.setdefault(event, []).append(source)
        return found

    def __getitem__(self, event: str) -> Record:
        if event not in self.carried:
            sources = {source.process.process: self._of(source, event) for source in self.sources[event]}
            self.carried[event] = given.one_of_records(sources)
        return self.carried[event]

    def _of(self, source: Subject, event: str) -> Record:
        values, name = Values(source), source.process.process
        if name not in self.above:
            if name not in self.walked:
                walk = self.walked[name] = self.walk(source, Neighbours(source, self.walk, self.above, self.walked))
                walk.process()
            return self.walked[name].emitted.get(event, given.OPEN)
        steps: list[Any] = [s for s in source.steps if s.type == "emit" and s.event == event]  # type: ignore[attr-defined]
        known = [record(**{n: values.type_of(v, given.OPEN) for n, v in step.data.items()}) for step in steps]
        return given.one_of_records({str(n): one for n, one in enumerate(known)})

    def __iter__(self) -> Iterator[str]:
        return iter(self.sources)

    def __len__(self) -> int:
        return len(self.sources)
