"""Who does a task: candidates who take it, turns, and people who are away."""

from typing import Any

from engine.language.resources import Absence, Group, People, User
from engine.runtime.simulator import Simulation
from tests.runtime.small import begin, said

TASK = """\
steps:
  - id: check
    type: task
    title: Check it
    {who}
    timeout: never
    reminders:
      - after: 2 business days
"""
TWICE = """\
steps:
  - id: rounds
    type: repeat
    max_times: 5
    until: steps.check.outcome == "fine"
    on_max_times: continue
    steps:
      - id: check
        type: task
        title: Check it
        candidate_groups: [client-success]
        assign_by: {how}
        outcomes: [again, fine]
        timeout: never
"""


def away(user: str, substitute: str | None = None, until: str = "2026-03-31") -> Absence:
    return Absence(user=user, from_="2026-02-01", to=until, substitute=substitute)


def task(who: str, *absences: Absence, **more: Any) -> Simulation:
    """A case that has come to a task, with these people away."""
    return begin(TASK.replace("{who}", who), away=absences, **more)


def test_a_task_opens_with_the_one_who_is_named() -> None:
    (opened,) = task("assignee: priya").open_tasks
    assert (opened.assignee, opened.why) == ("priya", "")


def test_a_substitute_gets_the_task_of_somebody_who_is_away() -> None:
    case = task("assignee: priya", away("priya", "sam"))
    (opened,) = case.open_tasks
    assert opened.assignee == "sam"
    assert opened.why == "Priya Nair is away until 31 March 2026, Sam Whitfield stands in"
    assert f"Check it: {opened.why}" in said(case)


def test_a_substitute_who_is_away_too_hands_on() -> None:
    (opened,) = task("assignee: priya", away("priya", "sam"), away("sam", "helen", "2026-03-05")).open_tasks
    assert opened.assignee == "helen"
    assert "Sam Whitfield is away until 5 March 2026" in opened.why


def test_a_circle_of_substitutes_ends_with_the_group_that_looks_after_the_process() -> None:
    case = task("assignee: helen", away("helen", "tom"), away("tom", "helen"))
    (opened,) = case.open_tasks
    assert (opened.assignee, opened.groups) == ("", ("client-success",))
    assert "nobody stands in, so it goes to Client success" in opened.why


def test_without_anybody_else_it_waits_for_the_one_who_is_away() -> None:
    (opened,) = task("assignee: helen", away("helen"), away("sam"), away("priya")).open_tasks
    assert opened.assignee == "helen"
    assert opened.why.endswith("it waits for Helen Osei")


def test_a_group_that_is_away_is_stood_in_for() -> None:
    (opened,) = task("candidate_groups: [legal]", away("helen", "ines")).open_tasks
    assert (opened.groups, opened.users) == (("legal",), ("ines",))
    assert opened.why == "everybody who could take it is away, Ines Moreau stands in"


def test_an_absence_that_is_over_changes_nothing() -> None:
    (opened,) = task("assignee: priya", away("priya", "sam", until="2026-03-01")).open_tasks
    assert opened.assignee == "priya"


def test_a_new_colleague_is_known_to_a_running_case() -> None:
    case = begin(TASK.replace("{who}", "candidate_groups: [legal]"))
    people = case.colleagues.people
    zoe = User(id="zoe", name="Zoe Park", email="zoe@northwind.example")
    case.colleagues.people = People(users=(*people.users, zoe), groups=(Group(id="legal", members=("zoe",)),))
    case.advance()
    assert [e.payload["to"] for e in case.effects] == ["zoe@northwind.example"]


def test_a_reminder_goes_to_the_substitute_and_says_why() -> None:
    case = task("assignee: priya")
    people = case.colleagues.people
    case.colleagues.people = people.model_copy(update={"absences": (away("priya", "sam"),)})
    case.advance()
    assert [e.payload["to"] for e in case.effects] == ["sam@northwind.example"]
    assert "Priya Nair is away until 31 March 2026, Sam Whitfield stands in" in said(case)


def test_a_colleague_takes_a_task_and_gives_it_back() -> None:
    case = task("candidate_groups: [client-success]")
    case.give("task", "check", "claim", by="sam")
    (opened,) = case.open_tasks
    assert (opened.assignee, opened.claimed) == ("sam", True)
    assert case.turned.view.waits[0].waiting_for == "sam"
    case.give("task", "check", "release", by="sam")
    assert case.open_tasks[0].assignee == ""
    assert said(case)[-2:] == ["Check it: taken by sam", "Check it: given back by sam"]


def test_of_two_who_want_a_task_the_first_has_it() -> None:
    case = task("candidate_groups: [client-success]")
    case.give("task", "check", "claim", by="sam")
    case.give("task", "check", "claim", by="priya")
    assert case.open_tasks[0].assignee == "sam"
    assert said(case)[-1] == "Check it: priya wanted to take it, and sam has it"


def turns(how: str, rounds: int, *absences: Absence) -> list[str]:
    """Who gets the task in each round."""
    case, found = begin(TWICE.replace("{how}", how), away=absences), list[str]()
    for _ in range(rounds):
        found.append(case.open_tasks[0].assignee)
        case.give("task", "check", outcome="again", by=found[-1])
    return found


def test_a_task_is_given_in_turn() -> None:
    assert turns("round_robin", 4) == ["sam", "priya", "sam", "priya"]


def test_who_is_away_misses_the_turn() -> None:
    assert turns("round_robin", 3, away("priya")) == ["sam", "sam", "sam"]


def test_a_task_goes_to_the_one_with_the_fewest_open_ones() -> None:
    assert turns("least_loaded", 2) == ["sam", "priya"]
