"""`for_each`: the same steps once for every item of a list."""

from datetime import timedelta

import pytest

from engine.language.evaluator import render
from engine.language.expressions import parse_template
from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect
from engine.runtime.flow import StepError
from engine.runtime.simulator import Simulation, pretend
from tests.runtime.onboarding import START
from tests.runtime.small import begin, said, waiting

EACH = """
  names: { type: list }
steps:
  - id: every
    type: for_each
    items: inputs.names
    as: name
%s
    steps:
      - { id: hello, type: email, to: "${ inputs.email }", subject: "Hello ${ name }", body: Hello }
      - { id: look, type: task, title: "Look at ${ name }", assignee: sam, outcomes: [good, bad], timeout: never }
      - { id: tell, type: email, to: "${ inputs.email }", subject: "${ name }: ${ steps.look.outcome }", body: Hello }
  - id: after
    type: set
    values: { count: "${ steps.every.count }", seen: "${ steps.every.results }" }
"""


def each(extra: str = "", names: tuple[str, ...] = ("ann", "bob", "cid")) -> Simulation:
    return begin(EACH % "\n".join(f"    {line}" for line in extra.strip().splitlines()), names=list(names))


def look(case: Simulation, at: str, outcome: str = "good") -> None:
    case.give("task", f"every/{at}/look", outcome=outcome)


def texts(case: Simulation) -> list[str]:
    """The subjects of all messages, as their readers see them."""
    letters = [e.payload for e in case.effects if e.kind == "email"]
    return [str(render(parse_template(x["subject"]), x["scope"], lambda: START)) for x in letters]


def results(case: Simulation) -> list[tuple[str, str]]:
    return [(r["key"], r["status"]) for r in case.state.steps["every"].result["results"]]


def test_every_item_has_its_own_steps() -> None:
    case = each()
    assert [t.title for t in case.open_tasks] == ["Look at ann", "Look at bob", "Look at cid"]
    look(case, "2", "bad")
    look(case, "1", "good")
    assert texts(case)[3:] == ["bob: bad", "ann: good"]


def test_the_results_come_in_the_order_of_the_items() -> None:
    case = each("key: name")
    for name in ("cid", "ann", "bob"):
        look(case, name)
    assert case.state.outcome == "completed"
    found = case.state.vars["seen"]
    assert [(r["key"], r["item"], r["look"]["outcome"]) for r in found] == [
        (n, n, "good") for n in ("ann", "bob", "cid")
    ]


def test_only_so_many_items_are_worked_on_at_once() -> None:
    case = each("max_parallel: 2")
    assert len(case.open_tasks) == 2
    look(case, "2")
    assert [t.title for t in case.open_tasks] == ["Look at ann", "Look at cid"]


@pytest.mark.parametrize(
    ("extra", "titles"),
    [("wait_for: any", {"1": "cancelled", "2": "done", "3": "cancelled"}),
     ('until: steps.look.outcome == "good" and name == "bob"', {"1": "cancelled", "2": "done", "3": "cancelled"})],
)  # fmt: skip
def test_when_enough_is_done_the_others_are_cancelled(extra: str, titles: dict[str, str]) -> None:
    case = each(extra)
    look(case, "2")
    assert dict(results(case)) == titles
    assert case.open_tasks == []
    assert "Every: enough is done, cancelled: 1, 3" in said(case)


def test_until_sees_what_is_done_so_far() -> None:
    case = each("until: results | length == 2")
    look(case, "3")
    assert waiting(case) == ["look", "look"]
    look(case, "1")
    assert results(case) == [("1", "done"), ("2", "cancelled"), ("3", "done")]


def test_equal_keys_are_an_incident() -> None:
    case = each("key: name", ("ann", "bob", "ann"))
    assert [i.message for i in case.turned.view.incidents] == ["items 1 and 3 have the same key, `ann`"]
    assert case.sent == []
    case.give("operator", "every", "skip", by="sam", values={"count": 0, "results": []})
    assert case.state.outcome == "completed"


def test_a_key_that_is_no_plain_word_is_not_part_of_a_path() -> None:
    case = each("key: name", ("ann@acme.test", "error", "a/b"))
    paths = [t.path.split("/")[1] for t in case.open_tasks]
    assert all(path.startswith("k") and len(path) == 13 for path in paths)
    assert len(set(paths)) == 3


def test_an_empty_list_is_done_at_once() -> None:
    case = each(names=())
    assert case.state.vars == {"count": 0, "seen": []}


def refuses(plan: Plan, effect: Effect) -> Answer:
    if effect.path == "every/bob/hello":
        raise StepError("refused", "no such mailbox")
    return pretend(plan, effect)


def test_an_incident_holds_up_its_item_only_and_is_tried_again() -> None:
    case = begin(EACH % "    key: name", names=["ann", "bob"], respond=refuses)
    look(case, "ann")
    assert waiting(case) == ["hello"]
    case.respond = pretend
    case.give("operator", "every/bob/hello", "retry", by="sam")
    look(case, "bob")
    assert results(case) == [("ann", "done"), ("bob", "done")]


def test_a_group_around_cancels_all_items_when_its_time_runs_out() -> None:
    body = EACH % ""
    inside = body[body.index("  - id: every") : body.index("  - id: after")].replace("\n", "\n    ")
    case = begin(f"""
  names: {{ type: list }}
steps:
  - id: both
    type: group
    timeout: 3 days
    on_timeout: continue
    steps:
    {inside.rstrip()}
""", names=["ann", "bob"])  # fmt: skip
    assert len(case.open_tasks) == 2
    case.advance_to(START + timedelta(days=4))
    assert (case.open_tasks, case.state.outcome) == ([], "completed")


NESTED = """
steps:
  - id: outer
    type: for_each
    items: '[["a", "b"], ["c"]]'
    as: row
    steps:
      - { id: mark, type: decision, rules: [{ if: true, set: { size: "${ row | length }" } }], else: { size: 0 } }
      - id: inner
        type: for_each
        items: row
        steps:
          - { id: hello, type: email, to: sam, subject: "${ item } of ${ steps.mark.size }", body: Hello }
"""


def test_an_item_inside_an_item_sees_the_steps_of_both() -> None:
    case = begin(NESTED)
    assert texts(case) == ["a of 2", "b of 2", "c of 1"]


MEETINGS = """
  names: { type: list }
steps:
  - id: every
    type: for_each
    items: inputs.names
    steps:
      - id: booked
        type: wait
        events:
          - { id: meeting, type: webhook, connection: calendar, event: meeting.booked,
              match: { invitee_email: "${ item }" } }
        timeout: never
"""


def test_an_event_finds_its_item_by_what_must_be_equal() -> None:
    case = begin(MEETINGS, names=["a@x.test", "b@x.test"])
    wanted = [s.match for s in case.turned.view.subscriptions]
    assert wanted == [{"invitee_email": "a@x.test"}, {"invitee_email": "b@x.test"}]
    case.give("webhook", "", "calendar/meeting.booked", invitee_email="b@x.test", starts_at=START)
    assert [w.path for w in case.turned.view.waits] == ["every/1/booked"]


def test_many_items_take_little_time() -> None:
    case = begin("""
  names: { type: list }
steps:
  - id: every
    type: for_each
    items: inputs.names
    max_parallel: 100
    steps:
      - { id: one, type: decision, rules: [{ if: true, set: { a: "${ item }" } }], else: { a: none } }
      - { id: two, type: decision, rules: [{ if: true, set: { b: "${ steps.one.a }" } }], else: { b: none } }
""", names=[str(n) for n in range(300)])  # fmt: skip
    assert [r["two"]["b"] for r in case.state.steps["every"].result["results"]] == [str(n) for n in range(300)]
