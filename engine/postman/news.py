"""What is new in the house, and what of it is for whom: told from what few columns say, for all colleagues together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from engine.language.resources import People, User
from engine.language.staff import absence, replaced_by, teams
from engine.store.notices import OpenTask, Trouble

SOON = timedelta(days=1)
"""How long before a task is due people are reminded of it."""


class Shared(Protocol):
    """Whose a task is."""

    @property
    def assignee(self) -> str: ...
    @property
    def groups(self) -> tuple[str, ...]: ...
    @property
    def users(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Reader:
    """A colleague, and those for whom they stand in today."""

    user: User
    names: frozenset[str]
    groups: frozenset[str]

    def may(self, task: Shared) -> bool:
        """Whether it is their task, or one that they may take."""
        if task.assignee:
            return task.assignee in self.names
        return bool(self.names & set(task.users) or self.groups & set(task.groups))


def readers(people: People, today: date) -> tuple[Reader, ...]:
    """Everybody who is there today."""
    return tuple(
        Reader(u, frozenset((u.id, *replaced_by(people, u.id, today))), frozenset(teams(people, u.id)))
        for u in people.users
        if u.email and not absence(people, u.id, today)
    )


@dataclass(frozen=True)
class Mine:
    """What is new for one reader: the ids of tasks by what is to be said of them, and incidents."""

    tasks: Mapping[str, tuple[str, ...]]
    stopped: tuple[Trouble, ...]

    def __bool__(self) -> bool:
        return bool(self.stopped or any(self.tasks.values()))


@dataclass(frozen=True)
class News:
    """Open tasks and incidents; `owners` are the groups that own the process of a plan, by its digest."""

    tasks: tuple[OpenTask, ...]
    troubles: tuple[Trouble, ...]
    owners: Mapping[str, str]

    def of(self, reader: Reader, since: datetime, upto: datetime) -> Mine:
        """What is new for them between the two times."""
        mine = [task for task in self.tasks if reader.may(task)]
        new = [t.id for t in mine if since < t.opened_at <= upto]
        over = [t.id for t in mine if t.due and since < t.due <= upto]
        soon = [t.id for t in mine if t.due and since + SOON < t.due <= upto + SOON and not since < t.opened_at <= upto]
        stopped = [t for t in self.troubles if since < t.since <= upto and self.owners.get(t.digest) in reader.groups]
        return Mine({"Overdue": tuple(over), "New": tuple(new), "Due within a day": tuple(soon)}, tuple(stopped))
