"""people.yaml: members that exist, and absences that somebody stands in for."""

from datetime import date
from itertools import pairwise

from engine.language.addresses import is_email
from engine.language.checks.subject import excused
from engine.language.document import Document
from engine.language.problems import suggest
from engine.language.resources import Absence, People
from engine.language.staff import absence


def check(document: Document, people: People) -> None:
    for n, user in enumerate(people.users):
        if user.email and not is_email(user.email):
            place = document.place(people, "users", n, "email")
            hint = "write it like `name@example.com`"
            document.source.report("E025", f"`{user.email}` is not an email address", place, hint=hint)
    for n, group in enumerate(people.groups):
        for m, member in enumerate(group.members):
            message = f"the group `{group.id}` names `{member}`, who is no user"
            _user(document, people, member, message, "groups", n, "members", m)
    for n, away in enumerate(people.absences):
        _absence(document, people, away, n)


def _user(document: Document, people: People, name: str, message: str, *path: str | int) -> bool:
    users = [u.id for u in people.users]
    if name in users:
        return True
    near = suggest(name, users)
    hint = f"did you mean `{near}`?" if near else f"add `- id: {name}` to `users`"
    document.source.report("E081", message, document.place(people, *path), hint=hint)
    return False


def _absence(document: Document, people: People, away: Absence, n: int) -> None:
    known = _user(document, people, away.user, f"`{away.user}` is away, and is no user", "absences", n, "user")
    days = [_day(document, people, word, n, key) for key, word in (("from", away.from_), ("to", away.to))]
    if days[0] and days[1] and days[0] > days[1]:
        place = document.place(people, "absences", n, "to")
        message = f"the absence of `{away.user}` ends before it begins"
        document.source.report("E087", message, place, hint=f"write `to: {away.from_}`, or a later day")
    elif away.substitute is None and all(days):
        _nobody(document, people, away, n)
    elif away.substitute is None:
        return
    elif _user(document, people, away.substitute, _stranger(away), "absences", n, "substitute") and known and all(days):
        _circle(document, people, away, n)


def _stranger(away: Absence) -> str:
    return f"`{away.substitute}` stands in for `{away.user}`, and is no user"


def _day(document: Document, people: People, word: str, n: int, key: str) -> date | None:
    if not word:
        return None  # said where the file was read
    if _is_day(word):
        return date.fromisoformat(word)
    place = document.place(people, "absences", n, key)
    document.source.report("E087", f"`{word}` is not a day", place, hint=f"write `{key}: 2026-06-01`")
    return None


def _is_day(word: str) -> bool:
    try:
        return date.fromisoformat(word).isoformat() == word
    except ValueError:
        return False


def _nobody(document: Document, people: People, away: Absence, n: int) -> None:
    """Worth a word, and no mistake: the tasks then go to the group."""
    place, source = document.place(people, "absences", n, "user"), document.source
    excuse, note = excused(source, "W087", place)
    if not excuse:
        note = note or "tasks for this person alone wait, or go to the group that looks after the process"
        message = f"nobody stands in for `{away.user}`"
        source.problems.append(source.problem("W087", message, place, note, "add `substitute: ...`", "warning"))


def _circle(document: Document, people: People, away: Absence, n: int) -> None:
    """A way along the substitutes, on a day on which all of them are away, that comes back."""
    for start in sorted({a.from_ for a in people.absences if away.from_ <= a.from_ <= away.to}):
        way = _way(people, away.user, date.fromisoformat(start)) if _is_day(start) else []
        first = min(way, key=[u.id for u in people.users].index, default="")
        if way and first == away.user:
            place = document.place(people, "absences", n, "substitute")
            note = f"on {start} " + " and ".join(f"`{b}` stands in for `{a}`" for a, b in pairwise(way))
            message = f"`{away.user}` and those who stand in are all away at the same time"
            document.source.report("E088", message, place, note, "name somebody who is there")
            return


def _way(people: People, user: str, day: date) -> list[str]:
    """From a user along the substitutes back to the same user; empty where it ends with somebody who is there."""
    way = [user]
    while (found := absence(people, way[-1], day)) and found.substitute:
        way.append(found.substitute)
        if found.substitute == user:
            return way
        if found.substitute in way[:-1]:
            return []
    return []
