"""Who is who among the people inside: who is meant, who is away, and who stands in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.language.resources import Absence, People, User


def find(people: People, who: str) -> User | None:
    """The user meant by an id, a mail address or a full name."""
    meant = who.strip().casefold()
    return next((u for u in people.users if meant in (u.id, u.email.casefold(), u.name.casefold())), None)


def identity(people: People, who: str) -> str:
    """The user's id, however somebody is named; for somebody outside the text as it is."""
    found = find(people, who)
    return found.id if found else who


def title(people: People, name: str) -> str:
    """A user or a group as people see it."""
    user = find(people, name)
    group = next((g for g in people.groups if g.id == name), None)
    return user.name if user else (group.title or name) if group else name


def members(people: People, group: str) -> tuple[str, ...]:
    """The ids of a group's members, in order; none for a group that is not known."""
    known = {u.id for u in people.users}
    return next((tuple(m for m in g.members if m in known) for g in people.groups if g.id == group), ())


def teams(people: People, user: str) -> tuple[str, ...]:
    """The groups that a user belongs to."""
    return tuple(g.id for g in people.groups if user in g.members)


def absence(people: People, user: str, day: date) -> Absence | None:
    """The absence of a user on a day; of several, the one that ends last."""
    now = day.isoformat()
    found = [a for a in people.absences if a.user == user and a.from_ <= now <= a.to]
    return max(found, key=lambda a: a.to, default=None)


@dataclass(frozen=True)
class StandIn:
    """Who does what a user would do: the user, somebody else, or nobody (empty); `why` says it where it matters."""

    user: str
    why: str = ""


def stand_in(people: People, user: str, day: date) -> StandIn:
    """The user, or the substitute of a user who is away, or the substitute's substitute."""
    chain, reasons = [user], []
    while away := absence(people, chain[-1], day):
        reasons.append(f"{title(people, chain[-1])} is away until {_words(away.to)}")
        if not away.substitute or away.substitute in chain or find(people, away.substitute) is None:
            return StandIn("", f"{', '.join(reasons)} and nobody stands in")
        chain.append(away.substitute)
    if len(chain) == 1:
        return StandIn(user)
    return StandIn(chain[-1], f"{', '.join(reasons)}, {title(people, chain[-1])} stands in")


def replaced_by(people: People, user: str, day: date) -> tuple[str, ...]:
    """Those who are away on that day and for whom this user stands in."""
    away = {a.user for a in people.absences} - {user}
    return tuple(sorted(name for name in away if stand_in(people, name, day).user == user))


def assigned(of: Sequence[str], voters: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Group -> voter, so that as many groups as possible have one; nobody is left out for one who comes later."""
    found: dict[str, str] = {}

    def place(voter: str, tried: set[str]) -> bool:
        for group in (g for g in voters[voter] if g in of and g not in tried):
            tried.add(group)
            if group not in found or place(found[group], tried):
                found[group] = voter
                return True
        return False

    for voter in voters:
        place(voter, set())
    return found


def reachable(of: Sequence[str], voters: Mapping[str, Sequence[str]]) -> int:
    """How many approvals there can be at most: one of each person, or of each group in `of`."""
    return len(assigned(of, voters)) if of else len(voters)


def _words(day: str) -> str:
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B %Y}"
