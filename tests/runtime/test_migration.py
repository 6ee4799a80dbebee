"""Moving a running case to another version: a verdict, and the case goes on as if it had begun there."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.language.inputs import Values
from engine.runtime.effects import Later
from engine.runtime.migration import Migrated, migrate
from engine.runtime.simulator import Simulation
from tests.runtime.small import begin, small, waiting

HELLO = "{ id: hello, type: email, to: ann@acme.test, template: hello }"
CHECK = "{ id: check, type: task, title: Check it, assignee: sam, timeout: 20 days, on_timeout: continue }"
LAST = "{ id: last, type: email, to: ann@acme.test, template: again }"


def steps(*lines: str) -> str:
    return "steps:\n" + "".join(f"  - {line}\n" for line in lines)


def move(case: Simulation, body: str, names: Mapping[str, str] | None = None) -> Migrated:
    new = small(body)
    values = Values(new.resources.people, "GBP", ZoneInfo("Europe/London"))
    return migrate(case.plan, new, case.state, case.now, values, names)


def goes_on(case: Simulation, body: str, names: Mapping[str, str] | None = None) -> Simulation:
    """The case on the new version, with the effects that it has from then on."""
    moved = move(case, body, names)
    assert moved.verdict.kind == "moves", moved.verdict
    assert moved.state is not None
    return Simulation(small(body), moved.state, case.now)


def done(case: Simulation, step: str, **data: Any) -> None:
    case.give("task", step, by="sam", outcome="done", **data)


def test_what_is_done_is_not_done_again_and_what_is_open_keeps_its_time() -> None:
    case = begin(steps(HELLO, CHECK, LAST))
    moved = move(case, steps(HELLO, CHECK.replace("20 days", "5 days"), LAST))
    assert moved.verdict.kind == "moves"
    assert moved.verdict.sends == ()
    assert [k.until for k in moved.verdict.keeps] == [case.turned.view.waits[0].until]
    assert moved.verdict.notes == ("`check` keeps its timeout (20 days); new cases get 5 days",)
    after = goes_on(case, steps(HELLO, CHECK, LAST))
    done(after, "check")
    assert after.sent == ["again"]
    assert after.state.outcome == "completed"


def test_a_step_that_is_new_and_still_to_come_is_run() -> None:
    case = begin(steps(CHECK))
    after = goes_on(case, steps(CHECK, LAST))
    done(after, "check")
    assert after.sent == ["again"]


def test_a_step_that_is_new_and_stands_before_the_case_is_reported_and_not_run() -> None:
    case = begin(steps(HELLO, CHECK))
    moved = move(case, steps(HELLO, LAST, CHECK))
    assert moved.verdict.notes == ("`last` is new and stands before where it is now; it is not run",)
    after = goes_on(case, steps(HELLO, LAST, CHECK))
    done(after, "check")
    assert after.sent == []
    assert after.state.steps["last"].status == "skipped"


REFUSED = [
    ("the step where it waits is gone", steps(HELLO, LAST), "it is at `check`, which is gone"),
    (
        "the step where it waits does something else",
        steps(HELLO, "{ id: check, type: wait, duration: 3 days }"),
        "it is at `check`, and `check` is a `wait` now, and was a `task`",
    ),
    (
        "a step that was still to come would be left out",
        steps(HELLO, LAST, CHECK),
        "`last` was still to come, stands before where it is now, and would be left out",
    ),
    (
        "an input is new and nobody gave it",
        "  vat: { type: text }\n" + steps(HELLO, CHECK, LAST),
        "its input `vat` is new: Vat is required.",
    ),
    (
        "what is done would be done again for every item",
        steps(
            "{ id: all, type: for_each, items: '[1, 2]', steps: [" + HELLO + "] }",
            CHECK,
            LAST,
        ),
        "`hello` is done already, and would be done again inside `all`, where it is now",
    ),
    (
        "the wait stands where the case may not come to",
        steps(HELLO, "{ id: way, type: choose, cases: [{ if: inputs.email == 'x', steps: [" + CHECK + "] }] }", LAST),
        "`check` is open, and is inside `way` now, which may not come to it",
    ),
]


@pytest.mark.parametrize(("body", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_case_stays_where_it_is_when(body: str, why: str) -> None:
    moved = move(begin(steps(HELLO, CHECK, LAST)), body)
    assert moved.verdict.kind == "cannot"
    assert why in moved.verdict.why
    assert moved.state is None


def test_a_new_input_with_a_default_is_filled_in() -> None:
    case = begin(steps(CHECK))
    after = goes_on(case, "  vat: { type: text, default: none }\n" + steps(CHECK))
    assert after.state.inputs["vat"] == "none"


def test_a_renamed_step_is_suggested_and_keeps_its_task_its_mail_and_its_answers() -> None:
    before, renamed = steps(HELLO, CHECK, LAST), steps(HELLO, CHECK.replace("id: check", "id: check_it"), LAST)
    case = begin(before)
    moved = move(case, renamed)
    assert (moved.verdict.kind, moved.verdict.names) == ("mapping", {"check": "check_it"})
    after = goes_on(case, renamed, {"check": "check_it"})
    assert after.open_tasks[0].id == case.open_tasks[0].id
    assert after.open_tasks[0].path == "check_it"
    after.receive("task", "check", "", "sam", {"outcome": "done"})  # from a page of before the move
    assert after.sent == ["again"]


def test_a_name_that_a_step_had_before_is_not_given_to_another_one() -> None:
    case = begin(steps(CHECK))
    body = steps(CHECK.replace("id: check", "id: check_it"), "{ id: check, type: wait, duration: 3 days }")
    moved = move(case, body, {"check": "check_it"})
    assert "`check` was another step before" in moved.verdict.why[0]


def test_a_step_that_goes_out_because_of_the_move_is_said() -> None:
    side = "{ id: side, type: parallel, branches: [{ id: one, steps: [" + CHECK + "] }%s] }"
    case = begin(steps(side % ""))
    moved = move(case, steps(side % (", { id: two, steps: [" + HELLO + "] }")))
    assert [(s.step, s.what, s.to) for s in moved.verdict.sends] == [("side/two/hello", "hello", "ann@acme.test")]


def test_a_mail_that_was_due_anyway_is_not_the_doing_of_the_move() -> None:
    case = begin(steps("{ id: pause, type: wait, duration: 3 days }", LAST))
    case.now = case.turned.view.waits[0].until or case.now
    assert move(case, steps("{ id: pause, type: wait, duration: 9 days }", LAST)).verdict.sends == ()


def test_a_step_that_reads_what_is_not_run_is_named() -> None:
    ask = "{ id: ask, type: task, title: Ask, assignee: sam, timeout: never, outcomes: [yes, no] }"
    case = begin(steps(CHECK, LAST))
    wants = steps(ask, CHECK, "{ id: other, type: stop, outcome: over, if: steps.ask.outcome == 'yes' }", LAST)
    assert move(case, wants).verdict.notes == (
        "`ask` is new and stands before where it is now; it is not run, and `other` reads what it gives",
    )
    after = goes_on(case, wants)
    done(after, "check")
    assert waiting(after) == ["other"]


REPEAT = "{ id: rounds, type: repeat, max_times: 5, until: steps.check.outcome == 'ok', steps: [%s] }"
OUTCOMES = CHECK.replace("continue }", "stop, outcomes: [again, ok] }")


def test_the_second_round_goes_on_as_the_second_round() -> None:
    case = begin(steps(REPEAT % f"{HELLO}, {OUTCOMES}", LAST))
    case.give("task", "check", by="sam", outcome="again")
    assert case.sent == ["hello", "hello"]
    body = steps(REPEAT % f"{HELLO}, {OUTCOMES}, {LAST.replace('last', 'each')}", LAST)
    after = goes_on(case, body)
    assert after.sent == []  # not in the first round, which is over
    after.give("task", "check", by="sam", outcome="ok")
    assert after.sent == ["again", "again"]
    assert after.state.steps["rounds/1/each"].status == "skipped"
    assert after.state.steps["rounds/2/each"].status == "done"


def test_a_step_can_be_wrapped_in_a_group_and_taken_out_again() -> None:
    case = begin(steps(HELLO, CHECK, LAST))
    wrapped = goes_on(case, steps("{ id: both, type: group, steps: [" + HELLO + ", " + CHECK + "] }", LAST))
    assert wrapped.state.steps["both/steps/check"].armed == case.state.steps["check"].armed
    again = goes_on(wrapped, steps(HELLO, CHECK, LAST))
    done(again, "check")
    assert again.sent == ["again"]
    assert again.state.outcome == "completed"


def test_the_items_of_a_loop_keep_their_places() -> None:
    loop = "{ id: all, type: for_each, items: \"['a', 'b']\", key: item, steps: [%s] }"
    case = begin(steps(loop % CHECK, LAST))
    case.receive("task", "all/a/check", "", "sam", {"outcome": "done"})
    moved = move(case, steps(loop % f"{HELLO}, {CHECK}, {LAST.replace('last', 'each')}", LAST))
    assert moved.verdict.notes == ("`hello` is new and stands before where it is now; it is not run",)
    after = goes_on(case, steps(loop % f"{HELLO}, {CHECK}, {LAST.replace('last', 'each')}", LAST))
    after.receive("task", "all/b/check", "", "sam", {"outcome": "done"})
    assert after.sent == ["again", "again"]
    assert after.state.outcome == "completed"


def test_a_branch_with_another_name_goes_on() -> None:
    side = "{ id: side, type: parallel, branches: [{ id: %s, steps: [" + CHECK + "] }, { id: two, steps: [%s] }] }"
    case = begin(steps(side % ("one", CHECK.replace("id: check", "id: other")), LAST))
    after = goes_on(case, steps(side % ("first", CHECK.replace("id: check", "id: other")), LAST))
    done(after, "check")
    done(after, "other")
    assert after.state.outcome == "completed"
    assert after.sent == ["again"]


def test_a_branch_that_is_gone_does_not_count_as_done() -> None:
    side = "{ id: side, type: parallel, branches: [%s] }"
    one, two, three = (f"{{ id: b{n}, steps: [{CHECK.replace('id: check', f'id: c{n}')}] }}" for n in (1, 2, 3))
    case = begin(steps(side % f"{one}, {two}, {three}"))
    done(case, "c3")
    after = goes_on(case, steps(side % f"{one}, {two}"))
    done(after, "c1")
    assert waiting(after) == ["c2"]


def test_the_way_that_was_chosen_stays_chosen_when_the_ways_are_counted_anew() -> None:
    one = "{ if: inputs.email == 'ann@acme.test', steps: [" + CHECK + "] }"
    other = "{ if: inputs.email == 'x', steps: [" + HELLO + "] }"
    case = begin(steps("{ id: way, type: choose, cases: [" + one + "] }", LAST))
    after = goes_on(case, steps("{ id: way, type: choose, cases: [" + other + ", " + one + "] }", LAST))
    done(after, "check")
    assert after.state.outcome == "completed"
    assert after.sent == ["again"]


REMINDED = CHECK.replace("20 days", "60 days").replace(" }", ", reminders: [%s] }")


def test_reminders_that_went_out_do_not_go_out_again_when_their_list_changes() -> None:
    a, b = "{ every: 5 days, max_times: 2 }", "{ after: 20 days, template: again }"
    case = begin(steps(REMINDED % f"{a}, {b}"))
    case.advance()
    assert case.sent == ["task-reminder"]
    after = goes_on(case, steps(REMINDED % b))
    assert after.sent == []
    after.advance_to(case.now.replace(year=case.now.year + 1))
    assert after.sent == ["again"]


def test_an_effect_that_is_under_way_ends_where_its_step_is_now() -> None:
    make = "{ id: make, type: document, template: paper, fields: { client: Acme } }"
    case = begin(steps(make, CHECK), respond=lambda plan, effect: Later())
    key = next(iter(case.state.pending))
    moved = move(case, steps(make.replace("id: make", "id: paper"), CHECK), {"make": "paper"})
    assert moved.state is not None
    assert moved.state.pending[key]["path"] == "paper"
    assert moved.verdict.sends == ()


def test_a_handler_that_is_at_work_goes_on() -> None:
    handler = "handlers:\n  - id: note\n    when: { type: form, form: withdraw }\n    steps: [%s]\n"
    case = begin(steps(CHECK) + handler % CHECK.replace("id: check", "id: look"))
    case.receive("form", "handlers/note", "withdraw", "ann", {"answers": {}})
    assert waiting(case) == ["check", "look"]
    after = goes_on(case, steps(CHECK) + handler % f"{CHECK.replace('id: check', 'id: look')}, {LAST}")
    done(after, "look")
    done(after, "check")
    assert after.sent == ["again"]
    assert after.state.outcome == "completed"


def test_a_handler_that_is_gone_while_it_is_at_work_holds_the_case_back() -> None:
    handler = "handlers:\n  - id: note\n    when: { type: form, form: withdraw }\n    steps: [%s]\n"
    case = begin(steps(CHECK) + handler % CHECK.replace("id: check", "id: look"))
    case.receive("form", "handlers/note", "withdraw", "ann", {"answers": {}})
    assert "it is at `look`, which is gone" in move(case, steps(CHECK)).verdict.why


def test_an_early_answer_waits_for_its_step_in_the_new_version_too() -> None:
    case = begin(steps(CHECK, CHECK.replace("id: check", "id: second"), LAST))
    case.receive("task", "second", "", "sam", {"outcome": "done"})
    after = goes_on(case, steps(CHECK, CHECK.replace("id: check", "id: then"), LAST), {"second": "then"})
    done(after, "check")
    assert after.sent == ["again"]
