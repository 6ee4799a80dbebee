"""Tasks: who can do them, who gets them, and votes that can be won."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.language.checks.subject import Subject
from engine.language.nodes import Place
from engine.language.problems import one_of
from engine.language.staff import find, members, reachable

DOERS = ("assignee", "candidate_groups", "candidate_users")


def check(subject: Subject) -> None:
    for task in _tasks(subject):
        _outcomes(subject, task)
        if not _anybody(subject, task):
            hint = "add `assignee:`, or `candidate_groups: [...]`"
            subject.report("E058", f"nobody can do the task `{task.id}`", subject.document.place(task), hint=hint)
            continue
        _in_turn(subject, task)
        if task.approvals:
            _vote(subject, task)


def _tasks(subject: Subject) -> Iterator[Any]:
    """Every task, also those in a list."""
    for step in subject.steps:
        yield from getattr(step, "tasks", ())
        if hasattr(step, "candidate_users") and hasattr(step, "approvals"):
            yield step


def _written(subject: Subject, task: Any, *path: str | int) -> bool:
    return subject.document.node(task, *path) is not None


def _anybody(subject: Subject, task: Any) -> bool:
    return any(_written(subject, task, key) for key in DOERS) or _written(subject, task, "approvals", "of")


def _outcomes(subject: Subject, task: Any) -> None:
    seen: dict[str, int] = {}
    for n, written in enumerate(task.outcomes):
        place, name = _button(subject, task, n), written if isinstance(written, str) else written.id
        if name and name in seen:
            subject.report("E027", f"the outcome `{name}` is there twice", place, f"it is already on line {seen[name]}")
        seen.setdefault(name, place.line)
    if task.approvals and len(task.buttons()) == 1:
        note = "the first outcome approves; there must be another one, for a vote against"
        hint = f"write `outcomes: [{task.buttons()[0]}, reject]`"
        subject.report("E086", f"`{task.id}` is a vote with nothing to choose", _button(subject, task, 0), note, hint)


def _button(subject: Subject, task: Any, n: int) -> Place:
    inside = () if isinstance(task.outcomes[n], str) else ("id",)
    return subject.document.place(task, "outcomes", n, *inside)


def _in_turn(subject: Subject, task: Any) -> None:
    """A turn among several needs several, and nobody who gets it anyway."""
    if not _written(subject, task, "assign_by") or task.assign_by == "claim":
        return
    place, how = subject.document.place(task, "assign_by"), f"`assign_by: {task.assign_by}`"
    if task.approvals:
        hint = "take `assign_by` away, or `approvals`"
        subject.report("E085", f"{how} does nothing: everybody who may vote gets `{task.id}`", place, "", hint)
    elif _written(subject, task, "assignee"):
        hint = "take `assignee` away, or `assign_by`"
        subject.report("E085", f"{how} does nothing: `{task.id}` has an assignee", place, "", hint)


# -- votes ---------------------------------------------------------------------


def _vote(subject: Subject, task: Any) -> None:
    approvals, place = task.approvals, subject.document.place
    if approvals.need is None and not approvals.of:
        hint = "add `need: 2`, or `of: [legal, finance]` for one of each group"
        subject.report("E084", f"`{task.id}` does not say how many must approve", place(task, "approvals"), "", hint)
        return
    need, voters = approvals.need or len(approvals.of), _voters(subject, task)
    if approvals.of and need > len(approvals.of):
        note = "every group counts once"
        hint = f"write `need: {len(approvals.of)}`, or name more groups"
        message = f"`{task.id}` needs {need} approvals of {len(approvals.of)} groups"
        subject.report("E084", message, place(task, "approvals", "need"), note, hint)
    elif voters and (most := reachable(approvals.of, voters)) < need:
        _too_many(subject, task, voters, most)
    elif voters:
        _excluded(subject, task, voters, need)


def _too_many(subject: Subject, task: Any, voters: Mapping[str, Any], most: int) -> None:
    key = "need" if _written(subject, task, "approvals", "need") else "of"
    need = task.approvals.need or len(task.approvals.of)
    note = f"only {one_of(voters)} may vote, and everybody votes once"
    hint = "add somebody to the group in people.yaml" if key == "of" else f"write `need: {most}`, or ask more people"
    message = f"`{task.id}` needs {need} approvals, and there can be {most}"
    subject.report("E084", message, subject.document.place(task, "approvals", key), note, hint)


def _excluded(subject: Subject, task: Any, voters: Mapping[str, Any], need: int) -> None:
    """Those who do what is excluded: where that is one person, it is certain; otherwise it may be."""
    for n, name in enumerate(task.approvals.exclude):
        done = next((other for other in _tasks(subject) if name == f"steps.{other.id}.by"), None)
        if done is None or done.if_ is not None or done is task:
            continue
        doers = _doers(subject, done) or ()
        short = [user for user in doers if _left(task, voters, user) < need]
        if not short:
            continue
        place, line = subject.document.place(task, "approvals", "exclude", n), subject.document.place(done).line
        hint = f"let somebody else vote too, or take `{name}` out of `exclude`"
        if len(doers) == 1:
            note = f"`{short[0]}` does `{done.id}` (line {line}), and who did that may not vote"
            subject.report("E083", f"too few are left to approve `{task.id}`", place, note, hint)
        else:
            note = f"{one_of(doers)} may do `{done.id}` (line {line}), and who did that may not vote"
            message = f"when `{short[0]}` does `{done.id}`, too few are left to approve `{task.id}`"
            subject.warn("W083", message, place, note, hint)


def _left(task: Any, voters: Mapping[str, Any], without: str) -> int:
    return reachable(task.approvals.of, {user: groups for user, groups in voters.items() if user != without})


def _voters(subject: Subject, task: Any) -> dict[str, list[str]]:
    """Who may vote, with their groups; nothing, where the file does not say it, or says it wrongly."""
    of = task.approvals.of
    if not of:
        return {user: [] for user in _doers(subject, task) or ()}
    if any(not members(subject.people, group) for group in of):
        return {}
    teams = {group: members(subject.people, group) for group in of}
    everybody = dict.fromkeys(user for team in teams.values() for user in team)
    return {user: [group for group in of if user in teams[group]] for user in everybody}


def _doers(subject: Subject, task: Any) -> tuple[str, ...] | None:
    """Everybody who may do a task, by id; None where only a running case can tell."""
    named = [task.assignee] if task.assignee else list(task.candidate_users)
    users = [find(subject.people, name) for name in named]
    teams = () if task.assignee else tuple(members(subject.people, group) for group in task.candidate_groups)
    if not all(users) or not all(teams):
        return None
    return tuple(dict.fromkeys([*(u.id for u in users if u), *(user for team in teams for user in team)]))
