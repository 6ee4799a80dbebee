"""The vote of a task: who is asked, which votes count, and when it is decided. The rules are in `runtime.votes`."""

from functools import partial

from activities.work import Approvals
from engine.language.staff import identity
from engine.runtime import votes
from engine.runtime.events import Event
from engine.runtime.journal import NOT_APPLICABLE, words
from engine.runtime.mailbox import at
from engine.runtime.state import Data
from engine.runtime.step import Run
from engine.runtime.waiting import Call


def poll(run: Run, approvals: Approvals, groups: tuple[str, ...]) -> Data:
    """The vote as the task keeps it, before it is known who may vote."""
    people, scope = run.plan.resources.people, run.scope()
    excluded = {}
    for name in approvals.exclude:
        for user in _users(at(scope, name)):
            excluded[identity(people, user)] = _own(name)
    if starter := scope["case"].get("started_by"):
        excluded[identity(people, starter)] = "they started the case"
    need = approvals.need or len(approvals.of) or 1
    of, whose = list(approvals.of), list(approvals.of or groups)
    return {"need": need, "of": of, "groups": whose, "excluded": excluded}


def voting(call: Call, run: Run, task: Data) -> Call:
    """The same wait, which ends when the vote is decided."""
    missing = partial(_missing, task)
    return Call(
        accepts=call.accepts,
        waiting_for=call.waiting_for,
        send=call.send,
        reach=missing,
        link=call.link,
        staff_link=call.staff_link,
        enough=lambda taken: bool(taken) and (taken[-1]["which"] == NOT_APPLICABLE or bool(decided(task))),
        refuses=partial(_refuses, task),
        took=partial(_took, run, task),
    )


def _refuses(task: Data, taken: list[Data], event: Event) -> str:
    if event.name == NOT_APPLICABLE:
        return ""
    why = votes.refusal(task["approvals"], task.get("votes", ()), event.by, event.data.get("groups") or ())
    return f"a vote does not count: {why}" if why else ""


def _took(run: Run, task: Data, taken: list[Data]) -> None:
    """Write the vote down, and say how far it is."""
    last = taken[-1]
    if last["which"] == NOT_APPLICABLE:
        return
    data, poll, by = last["data"], task["approvals"], last["by"]
    outcome = data.get("outcome") or task["outcomes"][0]
    groups = votes.groups_of(poll, by, data.get("groups") or ())
    vote = {"by": by, "groups": groups, "outcome": outcome, "comment": data.get("comment") or "", "at": last["at"]}
    task["votes"] = [*task.get("votes", ()), vote]
    task["progress"] = votes.progress(poll, task["votes"], task["outcomes"][0])
    run.record.memo["for"] = task["progress"]
    if not decided(task):
        run.log("vote", f"{task['title']}: {words(outcome).lower()} by {by} ({task['progress']})")


def decided(task: Data) -> str:
    """The outcome of the vote; empty while it is open."""
    return votes.outcome(task["approvals"], task.get("votes", ()), task["outcomes"][0])


def _missing(task: Data) -> tuple[str, ...]:
    """Those who may still vote."""
    voted = {vote["by"] for vote in task.get("votes", ())}
    return tuple(user for user in task["approvals"]["voters"] if user not in voted)


def voted(task: Data) -> Data:
    """The votes as `steps.x.votes`."""
    if not task.get("approvals"):
        return {}
    told = votes.counted(task["approvals"], task.get("votes", ()), task["outcomes"][0])
    return {"votes": [{k: vote[k] for k in ("by", "group", "outcome", "comment", "at") if vote[k]} for vote in told]}


def _users(value: object) -> list[str]:
    """The users that an excluded name stands for; none where it has no value."""
    found = value if isinstance(value, list | tuple) else [value]
    return [name for name in found if isinstance(name, str) and name]


def _own(name: str) -> str:
    scope, _, rest = name.partition(".")
    if scope == "steps" and rest.endswith(".by"):
        return f"they did “{words(rest.split('.')[0])}”"
    return f"they are left out as `{name}`"
