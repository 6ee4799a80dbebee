"""Lists of tasks with needs, and votes."""

from typing import Any

from engine.runtime.simulator import Simulation
from tests.runtime.small import begin, said

LIST = """\
steps:
  - id: first_day
    type: tasks
    title: First day
    timeout: {timeout}
    {more}
    tasks:
      - id: laptop
        title: Order a laptop
        assignee: sam
      - id: accounts
        title: Make accounts
        assignee: priya
        needs: [laptop]
        not_applicable: true
      - id: badge
        title: Print a badge
        candidate_groups: [finance]
        if: inputs.email == "ann@acme.test"
      - id: lunch
        title: Plan a lunch
        assignee: sam
        needs: [badge]
        required: false
  - id: after
    type: email
    to: ${ inputs.email }
    template: hello
outputs:
  accounts: ${ steps.first_day.tasks.accounts.status | default("none") }
"""


def first_day(more: str = "", timeout: str = "never", **inputs: Any) -> Simulation:
    return begin(LIST.replace("{more}\n", more + "\n").replace("{timeout}", timeout), **inputs)


def opened(case: Simulation) -> list[str]:
    return [task.step for task in case.open_tasks]


def test_a_task_opens_when_what_it_needs_is_done() -> None:
    case = first_day()
    assert opened(case) == ["laptop", "badge"]
    case.give("task", "laptop", by="sam")
    assert opened(case) == ["badge", "accounts"]
    assert case.state.steps["first_day/accounts"].type == "task"


def test_a_task_that_does_not_apply_counts_as_done() -> None:
    case = first_day()
    case.give("task", "laptop", by="sam")
    case.give("task", "accounts", "not_applicable", by="priya", comment="A contractor")
    case.give("task", "badge", by="tom")
    told = case.state.steps["first_day"].result["tasks"]["accounts"]
    assert (told["status"], told["outcome"], told["comment"]) == ("skipped", "not_applicable", "A contractor")
    assert "Make accounts: does not apply by priya" in said(case)
    assert case.state.outputs == {"accounts": "skipped"}


def test_what_is_not_required_is_closed_when_the_rest_is_done() -> None:
    case = first_day()
    for step, who in (("badge", "tom"), ("laptop", "sam"), ("accounts", "priya")):
        assert case.sent == []
        case.give("task", step, by=who)
    assert case.sent == ["hello"]
    assert case.state.steps["first_day"].result["tasks"]["lunch"] == {"status": "cancelled", "at": case.now}
    assert "Plan a lunch: closed, everything that is required is done" in said(case)


def test_a_task_that_is_left_out_opens_those_that_need_it() -> None:
    assert opened(first_day(email="bob@acme.test")) == ["laptop", "lunch"]


def test_the_step_says_how_far_it_is() -> None:
    case = first_day()
    case.give("task", "laptop", by="sam")
    assert next(w.waiting_for for w in case.turned.view.waits if w.step == "first_day") == "1 of 4 tasks done"


def test_the_time_of_the_list_runs_out() -> None:
    case = first_day("on_timeout: continue", timeout="3 business days")
    case.advance()
    record = case.state.steps["first_day"]
    assert (record.status, record.result["tasks"]["laptop"]["status"]) == ("timed_out", "cancelled")
    assert case.open_tasks == []


def test_reminders_of_the_list_go_to_each_open_task() -> None:
    case = first_day("reminders:\n      - after: 1 business day")
    case.advance()
    assert sorted(e.payload["to"] for e in case.effects) == ["sam@northwind.example", "tom@northwind.example"]


def test_a_message_goes_out_only_where_the_author_wrote_one() -> None:
    assert first_day().sent == []
    case = first_day("send:\n      template: hello")
    assert [(e.path, e.payload["to"]) for e in case.effects] == [
        ("first_day/laptop", "sam@northwind.example"),
        ("first_day/badge", "tom@northwind.example"),
    ]


VOTE = """\
steps:
  - id: draft
    type: task
    title: Write it
    candidate_groups: [compliance]
    timeout: never
  - id: approve
    type: task
    title: Approve it
    {who}
    outcomes: [approve, reject]
    approvals:
      {approvals}
    timeout: never
outputs:
  outcome: ${ steps.approve.outcome }
  votes: ${ steps.approve.votes }
"""


def vote(who: str, approvals: str, drafted_by: str = "nobody", started_by: str = "") -> Simulation:
    case = begin(VOTE.replace("{who}", who).replace("{approvals}", approvals))
    case.state.case["started_by"] = started_by
    case.give("task", "draft", by=drafted_by)
    return case


def votes(case: Simulation, **given: str) -> str:
    """The outcome after these votes; empty while it is open."""
    for by, outcome in given.items():
        case.give("task", "approve", by=by, outcome=outcome)
    return str(case.state.outputs.get("outcome", ""))


def test_two_approve() -> None:
    case = vote("candidate_groups: [client-success]", "need: 2")
    assert votes(case, sam="approve") == ""
    assert case.open_tasks[0].progress == "1 of 2 approvals, waiting for priya"
    assert votes(case, priya="approve") == "approve"
    assert [v["by"] for v in case.state.outputs["votes"]] == ["sam", "priya"]


def test_one_of_each_group_approves() -> None:
    case = vote("candidate_groups: [legal]", "of: [legal, compliance]")
    assert votes(case, helen="approve") == ""
    assert case.turned.view.waits[0].waiting_for == "1 of 2 approvals, waiting for compliance"
    assert votes(case, ines="approve") == "approve"
    assert [v["group"] for v in case.state.outputs["votes"]] == ["legal", "compliance"]


def test_who_is_in_two_groups_makes_room_for_the_next() -> None:
    case = vote("candidate_groups: [legal]", "of: [compliance, legal]")
    assert votes(case, helen="approve", ines="approve") == "approve"
    assert {v["by"]: v["group"] for v in case.state.outputs["votes"]} == {"helen": "legal", "ines": "compliance"}


def test_it_ends_when_too_few_are_left() -> None:
    case = vote("candidate_groups: [compliance, finance]", "need: 2")
    assert votes(case, ines="reject") == ""
    assert votes(case, tom="reject") == "reject"


def test_a_vote_against_does_not_end_what_can_still_be_approved() -> None:
    case = vote("candidate_groups: [compliance, finance]", "need: 2")
    assert votes(case, ines="reject", tom="approve", helen="approve") == "approve"


def test_nobody_votes_twice() -> None:
    case = vote("candidate_groups: [client-success]", "need: 2")
    assert votes(case, sam="approve") == ""
    assert votes(case, sam="approve") == ""
    assert said(case)[-1] == "Approve it: a vote does not count: sam has voted already"


def test_who_wrote_it_cannot_approve_it() -> None:
    case = vote(
        "candidate_groups: [compliance, finance]", "need: 1\n      exclude: [steps.draft.by]", drafted_by="ines"
    )
    assert votes(case, ines="approve") == ""
    assert said(case)[-1].endswith("ines may not vote here: they did “Draft”")
    assert votes(case, tom="approve") == "approve"


def test_who_started_the_case_cannot_approve_it() -> None:
    case = vote("candidate_groups: [client-success]", "need: 1", started_by="sam")
    assert votes(case, sam="approve") == ""
    assert "they started the case" in said(case)[-1]


def test_a_stranger_cannot_vote() -> None:
    case = vote("candidate_groups: [legal]", "need: 1")
    assert votes(case, tom="approve") == ""
    assert said(case)[-1].endswith("tom is not among those who may vote")


def test_a_new_member_may_vote_for_the_group() -> None:
    case = vote("candidate_groups: [legal]", "of: [legal]")
    case.give("task", "approve", by="zoe", outcome="approve", groups=["legal"])
    assert case.state.outputs["outcome"] == "approve"


def test_a_vote_that_cannot_be_won_is_an_incident() -> None:
    case = vote("candidate_groups: [client-success]", "need: 2", started_by="sam")
    (incident,) = case.turned.view.incidents
    assert incident.message.startswith("2 must approve, and 1 can (sam may not vote: they started the case)")
