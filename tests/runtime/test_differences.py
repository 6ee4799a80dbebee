"""What differs between two versions, said so that whoever wrote them understands it."""

import pytest

from engine.runtime.differences import differences
from tests.runtime.small import small
from tests.runtime.test_migration import CHECK, HELLO, LAST, OUTCOMES, REMINDED, REPEAT, steps

PAIR = "{ id: side, type: parallel, branches: [{ id: %s, steps: [" + HELLO + "] }] }"
WAY = "{ id: way, type: choose, cases: [{ id: one, if: %s, steps: [" + HELLO + "] }] }"

DIFFERENT = [
    ("a step is new", steps(HELLO), steps(HELLO, LAST), "New: the step `last` (email), after `hello`."),
    ("a step is gone", steps(HELLO, CHECK), steps(HELLO), "The step `check` (task, “Check it”) is gone."),
    (
        "a step has moved",
        steps(HELLO, CHECK, LAST),
        steps(CHECK, LAST, HELLO),
        "The step `hello` is now after `last`; it was at the beginning.",
    ),
    (
        "a step has another name",
        steps(CHECK),
        steps(CHECK.replace("id: check", "id: check_it")),
        "The step `check` seems to be called `check_it` now.",
    ),
    (
        "a step does something else",
        steps(CHECK),
        steps("{ id: check, type: wait, duration: 3 days }"),
        "`check` is a wait step now; it was a task step.",
    ),
    (
        "a time is another one",
        steps(CHECK),
        steps(CHECK.replace("20 days", "5 days")),
        "`check`: the timeout is “5 days” now; it was “20 days”.",
    ),
    (
        "a reminder is new",
        steps(REMINDED % "{ after: 2 days }"),
        steps(REMINDED % "{ after: 2 days }, { after: 9 days }"),
        "`check` has a new reminder (time “9 days”).",
    ),
    (
        "somebody else does it",
        steps(CHECK),
        steps(CHECK.replace("sam", "helen")),
        "`check`: the assignee is “helen” now; it was “sam”.",
    ),
    (
        "an outcome is new",
        steps(OUTCOMES),
        steps(OUTCOMES.replace("again, ok", "again, ok, never")),
        "`check` has a new outcome `never`.",
    ),
    (
        "a branch has another name",
        steps(PAIR % "a"),
        steps(PAIR % "b"),
        "`side`: the branch `a` is called `b` now.",
    ),
    (
        "a condition differs",
        steps(WAY % "inputs.email == 'a'"),
        steps(WAY % "inputs.email == 'b'"),
        "`way`, way `one`: the condition is “inputs.email == 'b'” now; it was “inputs.email == 'a'”.",
    ),
    (
        "a step is inside a block",
        steps(HELLO, CHECK),
        steps(HELLO, "{ id: both, type: group, steps: [" + CHECK + "] }"),
        "The step `check` is inside `both` now.",
    ),
    (
        "an input is optional",
        "  vat: { type: text }\n" + steps(HELLO),
        "  vat: { type: text, optional: true }\n" + steps(HELLO),
        "The process, input `vat` is optional now.",
    ),
    (
        "a limit differs",
        steps(REPEAT % OUTCOMES),
        steps(REPEAT.replace("max_times: 5", "max_times: 7") % OUTCOMES),
        "`rounds`: the largest number of times is “7” now; it was “5”.",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), [d[1:] for d in DIFFERENT], ids=[d[0] for d in DIFFERENT])
def test_it_is_said_when(old: str, new: str, said: str) -> None:
    assert said in [change.text for change in differences(small(old), small(new))]


def test_the_same_version_differs_in_nothing() -> None:
    assert differences(small(steps(HELLO)), small(steps(HELLO))) == ()


def test_what_only_follows_a_new_name_is_not_told() -> None:
    read = "{ id: over, type: stop, outcome: over, if: steps.%s.outcome == 'ok' }"
    old = steps(OUTCOMES, read % "check")
    new = steps(OUTCOMES.replace("id: check", "id: check_it"), read % "check_it")
    found = differences(small(old), small(new))
    assert [change.kind for change in found] == ["renamed"]
