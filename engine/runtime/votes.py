"""Votes on a task: who may vote, what counts, and when it is decided.

The first outcome approves; every other one is a vote against. It is decided as soon as enough have approved, or as
soon as too few are left who could: then the outcome is that of the last vote. With `of`, an approval counts for one
of the voter's groups, and every group counts once.

`poll` is a task's `approvals`: {need, of, groups: whose members may vote, voters: user -> groups, as it opened,
excluded: user -> why}; `votes` are {by, groups, outcome, comment, at}, oldest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.language.staff import assigned, reachable

Poll = Mapping[str, Any]
Vote = Mapping[str, Any]


def refusal(poll: Poll, votes: Iterable[Vote], by: str, groups: Sequence[str] = ()) -> str:
    """Why this vote does not count; empty where it does. `groups`: those of the voter now."""
    if reason := poll["excluded"].get(by):
        return f"{by} may not vote here: {reason}"
    if any(vote["by"] == by for vote in votes):
        return f"{by} has voted already"
    if by in poll["voters"] or any(group in poll["groups"] for group in groups):
        return ""
    return f"{by or 'somebody without a name'} is not among those who may vote"


def groups_of(poll: Poll, by: str, groups: Sequence[str] = ()) -> list[str]:
    """The groups that a vote may count for: those of today, and those when the task opened."""
    mine = {*poll["voters"].get(by, ()), *groups}
    return [group for group in poll["of"] if group in mine]


def outcome(poll: Poll, votes: Sequence[Vote], approving: str) -> str:
    """The outcome, once it is decided; empty before."""
    yes = _approvals(poll, votes, approving)
    if reachable(poll["of"], yes) >= poll["need"]:
        return approving
    voted = {vote["by"] for vote in votes}
    open_ = {user: groups for user, groups in poll["voters"].items() if user not in voted}
    if votes and reachable(poll["of"], {**yes, **open_}) < poll["need"]:
        against = [vote["outcome"] for vote in votes if vote["outcome"] != approving]
        return str(against[-1])
    return ""


def counted(poll: Poll, votes: Sequence[Vote], approving: str) -> list[dict[str, Any]]:
    """The votes, each with the group that it counts for."""
    places = {voter: group for group, voter in assigned(poll["of"], _approvals(poll, votes, approving)).items()}
    return [{**vote, "group": places.get(vote["by"], _first(vote))} for vote in votes]


def progress(poll: Poll, votes: Sequence[Vote], approving: str) -> str:
    """`1 of 2 approvals, waiting for finance`."""
    yes = _approvals(poll, votes, approving)
    places = assigned(poll["of"], yes)
    so_far = f"{len(places) if poll['of'] else len(yes)} of {poll['need']} approvals"
    against = sum(vote["outcome"] != approving for vote in votes)
    said = f"{so_far}, {against} against" if against else so_far
    missing = [group for group in poll["of"] if group not in places]
    if poll["of"]:
        return f"{said}, waiting for {_listed(missing)}"
    voted = {vote["by"] for vote in votes}
    return f"{said}, waiting for {_listed([user for user in poll['voters'] if user not in voted])}"


def _approvals(poll: Poll, votes: Iterable[Vote], approving: str) -> dict[str, list[str]]:
    return {vote["by"]: list(vote["groups"]) for vote in votes if vote["outcome"] == approving}


def _first(vote: Vote) -> str:
    return str(vote["groups"][0]) if vote["groups"] else ""


def _listed(names: Sequence[str]) -> str:
    shown = [*names[:4], f"{len(names) - 4} more"] if len(names) > 5 else list(names)
    return " or ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
