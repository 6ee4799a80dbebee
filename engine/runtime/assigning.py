"""Who does a task: decided when it opens, from the people as they are then.

The decision is the result of an effect, so it is taken once; here are its rules. What is asked is plain data:

    title, day           of the task; the day that decides who is away
    assignee             a user, or empty
    users, groups        who may take it
    assign_by            claim, round_robin, least_loaded
    rotation             what shares one rotation: `process/step`
    owner                the group that looks after the process
    approvals            {need, of, excluded: user -> why}, or nothing
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from engine.language.resources import People
from engine.language.staff import StandIn, find, members, reachable, stand_in, title
from engine.runtime.flow import StepError
from engine.runtime.state import Data

Asked = Mapping[str, Any]
Rank = Callable[[str], tuple[int, ...]]
"""How much a candidate has had: the one with the least is next."""


def decide(people: People, asked: Asked, rank: Rank) -> Data:
    """`assignee`, `users`, `groups`, `claimed`, `why`, `said`, and `voters` of a vote. Raises StepError."""
    found = _named(people, asked) if asked["assignee"] else _shared(people, asked, rank)
    if asked.get("approvals"):
        found["voters"] = _voters(people, asked)
    if found["why"]:
        found["said"] = f"{asked['title']}: {found['why']}"
    return found


def _answer(asked: Asked, why: str = "", **more: Any) -> Data:
    same = {"assignee": "", "users": list(asked["users"]), "groups": list(asked["groups"]), "claimed": False}
    return {**same, **more, "why": why}


def _named(people: People, asked: Asked) -> Data:
    user = find(people, asked["assignee"])
    if user is None:
        return _nobody(people, asked, StandIn("", f"nobody here is called {asked['assignee']}"))
    there = stand_in(people, user.id, _day(asked))
    if not there.user:
        return _nobody(people, asked, there, otherwise=user.id)
    return _answer(asked, there.why, assignee=there.user)


def _nobody(people: People, asked: Asked, reason: StandIn, otherwise: str = "") -> Data:
    """The one who was meant cannot: the candidates may, or else the group that looks after the process."""
    if any(_able(people, asked)):
        whom = ", ".join(title(people, name) for name in (*asked["users"], *asked["groups"]))
        return _answer(asked, f"{reason.why}, so it goes to {whom}")
    owner = asked["owner"]
    if owner and any(_present(people, members(people, owner), _day(asked))):
        return _answer(asked, f"{reason.why}, so it goes to {title(people, owner)}", groups=[*asked["groups"], owner])
    if otherwise:
        return _answer(asked, f"{reason.why}; it waits for {title(people, otherwise)}", assignee=otherwise)
    if not asked["users"] and not asked["groups"]:
        raise StepError("unknown_person", f"{reason.why}; add them to people.yaml, and retry")
    return _answer(asked, reason.why)


def _shared(people: People, asked: Asked, rank: Rank) -> Data:
    able = _able(people, asked)
    if not able:
        return _away(people, asked)
    if asked["assign_by"] in ("round_robin", "least_loaded"):
        chosen = min(able, key=lambda user: (*rank(user), able.index(user)))
        how = "in turn" if asked["assign_by"] == "round_robin" else "as the one with the fewest open tasks"
        away = "" if chosen in _candidates(people, asked) else "everybody who could take it is away, "
        return _answer(asked, f"{away}given to {title(people, chosen)} {how}", assignee=chosen, claimed=True)
    if set(able) <= set(_candidates(people, asked)):
        return _answer(asked)
    return _answer(asked, _stands_in(people, asked, able), users=list(dict.fromkeys([*asked["users"], *able])))


def _stands_in(people: People, asked: Asked, able: tuple[str, ...]) -> str:
    names = " and ".join(title(people, user) for user in able)
    return f"everybody who could take it is away, {names} {'stands' if len(able) == 1 else 'stand'} in"


def _away(people: People, asked: Asked) -> Data:
    """There are candidates, and none of them can."""
    names = ", ".join(title(people, name) for name in (*asked["users"], *asked["groups"]))
    why = f"everybody of {names} is away" if _candidates(people, asked) else f"there is nobody in {names or 'no group'}"
    return _nobody(people, asked, StandIn("", why))


def _candidates(people: People, asked: Asked) -> tuple[str, ...]:
    """Everybody who may take it, by id, in the order of the definition."""
    users = [u.id for name in asked["users"] if (u := find(people, name))]
    return tuple(dict.fromkeys([*users, *(m for group in asked["groups"] for m in members(people, group))]))


def _able(people: People, asked: Asked) -> tuple[str, ...]:
    """Those of the candidates who are there; where none is, those who stand in for them."""
    candidates = _candidates(people, asked)
    there = _present(people, candidates, _day(asked))
    if there:
        return there
    others = (stand_in(people, user, _day(asked)).user for user in candidates)
    return tuple(dict.fromkeys(user for user in others if user))


def _present(people: People, users: Iterable[str], day: date) -> tuple[str, ...]:
    return tuple(user for user in users if stand_in(people, user, day).user == user)


def _day(asked: Asked) -> date:
    return date.fromisoformat(asked["day"])


# -- votes ---------------------------------------------------------------------


def _voters(people: People, asked: Asked) -> dict[str, list[str]]:
    """Who may vote for which groups (for none, where it needs no groups). Raises StepError where too few may."""
    approvals, found = asked["approvals"], dict[str, list[str]]()
    for group in approvals["of"]:
        for user in _with_stand_ins(people, members(people, group), _day(asked)):
            found.setdefault(user, []).append(group)
    if not approvals["of"]:
        named = (asked["assignee"],) if asked["assignee"] else ()
        everybody = _with_stand_ins(people, (*named, *_candidates(people, asked)), _day(asked))
        found = {user: [] for user in everybody}
    allowed = {user: groups for user, groups in found.items() if user not in approvals["excluded"]}
    if (most := reachable(approvals["of"], allowed)) < approvals["need"]:
        raise StepError("approvals", _too_few(approvals, most))
    return allowed


def _with_stand_ins(people: People, users: Iterable[str], day: date) -> tuple[str, ...]:
    known = [u.id for name in users if (u := find(people, name))]
    others = [stand_in(people, user, day).user for user in known]
    return tuple(dict.fromkeys(user for user in (*known, *others) if user))


def _too_few(approvals: Asked, most: int) -> str:
    out = "; ".join(f"{user} may not vote: {why}" for user, why in approvals["excluded"].items())
    because = f" ({out})" if out else ""
    return (
        f"{approvals['need']} must approve, and {most or 'nobody'} can{because}; add somebody to people.yaml, and retry"
    )


# -- messages ------------------------------------------------------------------


def reached(people: People, names: Iterable[str], day: date, *, work: bool) -> Data:
    """Where messages for these go: `to` (mail addresses), and `said` where somebody stands in. Raises StepError.

    `work`: it asks them to do something, so a substitute gets it in place of somebody who is away.
    """
    found, reasons = list[str](), list[str]()
    for name in names:
        for there in _readers(people, name, day, work):
            if "@" not in there.user and there.why:
                reasons.append(there.why)
            user = find(people, there.user)
            found.append(user.email if user else there.user)
    answer: Data = {"to": list(dict.fromkeys(found))}
    return {**answer, "said": "; ".join(dict.fromkeys(reasons))} if reasons else answer


def _readers(people: People, name: str, day: date, work: bool) -> Iterable[StandIn]:
    user = find(people, name)
    if user is not None:
        there = stand_in(people, user.id, day) if work else StandIn(user.id)
        # Nobody stands in: better the one who is away than nobody.
        return (there if there.user else StandIn(user.id, there.why),)
    if "@" in name:
        return (StandIn(name),)
    team = members(people, name)
    if not team:
        raise StepError("unknown_person", f"nobody here is called `{name}`; add them to people.yaml or use an address")
    present = _present(people, team, day) if work else team
    return tuple(StandIn(user) for user in present or team)
