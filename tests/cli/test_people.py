"""Colleagues on the command line."""

from dataclasses import replace
from datetime import UTC, datetime

from engine.runtime.view import TaskView
from engine.store.store import Store
from tests.cli.conftest import Baton, project
from tests.cli.test_commands import seen

TASK = TaskView("t1", "review", "review", "Check answers", "open", datetime.now(UTC), groups=("client-success",))


def test_a_name_that_is_not_in_people_yaml_is_asked_back(baton: Baton, case: str) -> None:
    assert "nobody in people.yaml is called `samm`; did you mean `sam`?" in baton("tasks", "--user", "samm").err
    assert "no group in people.yaml is called `lega`; did you mean `legal`?" in baton("tasks", "--group", "lega").err
    assert "called `bob`; there are `sam`" in baton("stop", case, "--by", "bob").err


def test_a_task_is_taken_and_given_back(baton: Baton, case: str, store: Store) -> None:
    project(store, seen(case, tasks=(TASK,)))
    assert "Take it: baton task claim t1" in baton("task", "show", "t1").out
    assert "sam takes it" in baton("task", "claim", "t1", "--by", "sam@northwind.example").out
    assert "Sam Whitfield was first" in baton("task", "claim", "t1", "--by", "priya").err
    assert "cannot be given back" in baton("task", "give-back", "t1", "--by", "sam").err


def test_a_task_that_does_not_apply_is_closed(baton: Baton, case: str, store: Store) -> None:
    project(store, seen(case, tasks=(replace(TASK, not_applicable=True),)))
    assert "it does not apply" in baton("task", "not-applicable", "t1", "--reason", "Not here", "--by", "sam").out


def test_a_vote_shows_how_far_it_is(baton: Baton, case: str, store: Store) -> None:
    poll = {"need": 2, "of": [], "groups": ["client-success"], "voters": {"sam": [], "priya": []}, "excluded": {}}
    vote = {"by": "sam", "groups": [], "outcome": "approve", "comment": "Fine", "at": None}
    progress = "1 of 2 approvals, waiting for priya"
    task = replace(TASK, outcomes=("approve", "reject"), approvals=poll, votes=(vote,), progress=progress)
    project(store, seen(case, tasks=(task,)))
    shown = baton("task", "show", "t1").out
    assert progress in shown
    assert "sam: approve Fine" in shown
    assert "Vote: baton task done t1 --outcome approve|reject" in shown
    assert "sam has voted already" in baton("task", "done", "t1", "-o", "approve", "--by", "sam").err
    assert baton("task", "done", "t1", "-o", "approve", "--by", "priya").code == 0
