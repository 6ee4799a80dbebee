"""Colleagues as people name them on the command line: checked against people.yaml."""

import getpass
from pathlib import Path

from cli.place import settings_of
from cli.problem import UserProblem
from engine.language.problems import all_of, suggest
from engine.language.resources import People
from engine.language.roster import roster_of
from engine.language.staff import find


def who(by: str, workspace: Path | None) -> str:
    """Whoever does this: the id of the user that `--by` names, or else the name in the system."""
    return user(by, workspace) if by else getpass.getuser()


def user(name: str, workspace: Path | None) -> str:
    """The id of a user, by id, address or name. Raises UserProblem for somebody who is not in people.yaml."""
    people = _people(workspace)
    found = find(people, name)
    if found is None and people.users:
        raise _unknown("nobody in people.yaml is", name, [u.id for u in people.users])
    return found.id if found else name


def team(name: str, workspace: Path | None) -> str:
    """A group. Raises UserProblem for one that is not in people.yaml."""
    groups = [g.id for g in _people(workspace).groups]
    if groups and name not in groups:
        raise _unknown("no group in people.yaml is", name, groups)
    return name


def _people(workspace: Path | None) -> People:
    return roster_of(settings_of(workspace).workspace)() or People()


def _unknown(what: str, name: str, known: list[str]) -> UserProblem:
    return UserProblem(f"{what} called `{name}`; {nearest(name, known)}")


def nearest(name: str, known: list[str]) -> str:
    """What somebody may have meant, or else all that there is."""
    near = suggest(name, known)
    return f"did you mean `{near}`?" if near else f"there are {all_of(known)}"
