"""A case in the middle of every construct: small processes, and what happens in each, line by line.

They are recorded once (`tests.golden.record`); a change here adds nothing to what is recorded already.
"""

from tests.runtime.onboarding import WAIT, Line

TASK = "type: task, assignee: sam, timeout: 20 days, on_timeout: continue"
MAIL = "type: email, to: ann@acme.test, template: hello"


def done(step: str, outcome: str = "done") -> Line:
    return ["task", step, "", {"outcome": outcome}]


def by_hand(step: str, event: str, **data: object) -> Line:
    return ["manual", step, event, data]


def operator(verb: str, step: str = "", **data: object) -> Line:
    return ["operator", step, verb, data]


def _ask(step: str, more: str = "") -> str:
    return f"{{ id: {step}, {TASK}, title: Do {step}{more} }}"


def _mail(step: str, more: str = "") -> str:
    return f"{{ id: {step}, {MAIL}{more} }}"


def _steps(*lines: str) -> str:
    return "steps:\n" + "".join(f"  - {line}\n" for line in lines)


def _asked(step: str) -> str:
    return (
        f"{{ id: {step}, type: wait, events: [{{ id: reply, type: email }}], timeout: 9 days, on_timeout: continue, "
        "send: { template: hello, to: ann@acme.test } }"
    )


def reply(thread: str) -> Line:
    return ["email", "", "reply", {"from": "ann@acme.test", "text": "Yes", "thread": thread}]


BAD = (
    "{ id: bad, type: email, to: ann@acme.test, body: Hello, "
    "subject: '${ 1 / ((inputs.email | length) - (inputs.email | length)) }'"
)
"""A step that cannot be done: its subject divides by nothing."""

CONSTRUCTS: dict[str, tuple[str, list[Line]]] = {
    "choose": (
        _steps(
            "{ id: way, type: choose, cases: [{ if: inputs.email == 'x', steps: [" + _mail("never") + "] }, "
            "{ id: ann, if: inputs.email == 'ann@acme.test', steps: [" + _ask("a") + ", " + _mail("told") + "] }] }",
            _ask("b"),
        ),
        [done("a"), done("b")],
    ),
    "for_each": (
        _steps(
            "{ id: all, type: for_each, items: \"['x', 'y', 'z']\", key: item, max_parallel: 2, "
            "steps: [" + _mail("hi") + ", " + _ask("a") + "] }",
            _mail("end"),
        ),
        [done("all/y/a"), done("all/x/a"), done("all/z/a")],
    ),
    "for_each_until": (
        _steps(
            "{ id: all, type: for_each, items: \"['x', 'y', 'z']\", wait_for: 2, steps: [" + _ask("a") + "] }",
            _mail("end"),
        ),
        [done("all/2/a"), done("all/3/a")],
    ),
    "group": (
        _steps(
            "{ id: g, type: group, timeout: 9 days, on_timeout: [" + _ask("late") + "], "
            "steps: [" + _mail("hi") + ", " + _ask("a") + "] }",
            _mail("end"),
        ),
        [WAIT, done("late")],
    ),
    "group_handler": (
        _steps("{ id: g, type: group, steps: [" + _ask("a") + "], handlers: [{ id: stop_it, interrupt: true, "
               "when: { type: manual }, steps: [" + _ask("why") + "] }] }", _mail("end")),
        [by_hand("g/handlers/stop_it", "stop_it"), done("why")],
    ),
    "group_cancel": (
        _steps(
            "{ id: s, type: parallel, branches: [{ id: one, steps: [{ id: g, type: group, "
            "cancel_if: (steps.b.outcome | default('')) == 'off', steps: [" + _ask("a") + "] }] }, "
            "{ id: two, steps: [" + _ask("b", ", outcomes: ['on', 'off']") + "] }] }",
            _mail("end"),
        ),
        [done("b", "off")],
    ),
    "undo": (
        _steps(
            _mail("one", ", compensate: [" + _mail("not_one") + ", " + _ask("check_one") + "]"),
            _mail("two", ", compensate: [" + _ask("check_two") + "]"),
            _ask("a"),
            "{ id: back, type: undo }",
            _mail("end"),
        ),
        [done("a"), done("check_two"), done("check_one")],
    ),
    "tasks": (
        _steps(
            "{ id: list, type: tasks, timeout: 30 days, on_timeout: continue, tasks: [{ id: a, title: A, "
            "assignee: sam }, { id: b, title: B, assignee: helen, needs: [a] }, { id: c, title: C, assignee: sam, "
            "not_applicable: true, reminders: [{ after: 3 days }] }] }",
            _mail("end"),
        ),
        [WAIT, done("a"), ["task", "c", "not_applicable", {"comment": "No"}], done("b")],
    ),
    "parallel_leave": (
        _steps(
            "{ id: s, type: parallel, wait_for: any, others: leave, branches: [{ id: one, steps: [" + _ask("a")
            + "] }, { id: two, steps: [" + _ask("b") + ", " + _mail("two_done") + "] }] }",
            _ask("c"),
        ),
        [done("a"), done("c"), done("b")],
    ),
    "parallel_needs": (
        _steps(
            "{ id: s, type: parallel, max_parallel: 1, branches: [{ id: one, steps: [" + _ask("a") + "] }, "
            "{ id: two, needs: [one], steps: [" + _ask("b") + "] }, { id: three, steps: [" + _ask("c") + "] }] }",
            _mail("end"),
        ),
        [done("a"), done("b"), done("c")],
    ),
    "set": (
        _steps(
            "{ id: keep, type: set, values: { n: 1 } }",
            "{ id: r, type: repeat, max_times: 3, until: vars.n >= 3, steps: [" + _ask("a")
            + ", { id: more, type: set, values: { n: '${ vars.n + 1 }' } }] }",
            _mail("end"),
        ),
        [done("r/1/a"), done("r/2/a")],
    ),
    "emit": (
        _steps(_ask("a"), "{ id: tell, type: emit, event: told, data: { who: '${ inputs.email }' } }", _ask("b")),
        [done("a"), done("b")],
    ),
    "wait_for_all": (
        _steps(
            "{ id: w, type: wait, wait_for: all, timeout: 9 days, on_timeout: continue, "
            "events: [{ id: a, type: manual }, { id: b, type: manual }] }",
            _mail("end"),
        ),
        [by_hand("w", "b"), by_hand("w", "a")],
    ),
    "collect": (
        _steps(
            "{ id: w, type: wait, collect: (events | length) >= 2, timeout: 9 days, on_timeout: continue, "
            "events: [{ id: a, type: manual, inputs: { n: { type: number } } }] }",
            _mail("end"),
        ),
        [by_hand("w", "a", n=1), by_hand("w", "a", n=2)],
    ),
    "start": (_steps(_mail("later", ", start: 3 days"), _ask("a")), [WAIT, done("a")]),
    "escalate": (
        _steps(
            "{ id: a, type: task, title: A, assignee: sam, timeout: 30 days, on_timeout: [" + _ask("late") + "], "
            "reminders: [{ every: 3 days, max_times: 2 }], escalate: [{ after: 5 days, steps: [" + _ask("e")
            + "] }, { after: 6 days, task: { title: Look, assignee: helen } }] }",
            _mail("end"),
        ),
        [WAIT, WAIT, WAIT, done("e"), WAIT, WAIT, done("late")],
    ),
    "on_error": (
        _steps(
            BAD + ", on_error: [" + _ask("a") + "] }",
            _mail("end"),
        ),
        [done("a")],
    ),
    "incident": (
        _steps(BAD + " }", _ask("a")),
        [operator("retry", "bad"), operator("skip", "bad"), done("a")],
    ),
    "pause": (
        _steps(_ask("a", ", reminders: [{ after: 2 days }]"), _mail("end")),
        [operator("pause", timeouts="freeze"), operator("resume"), WAIT, done("a")],
    ),
    "reopened": (
        _steps(_ask("a"), _mail("told"), _ask("b"), _mail("end")),
        [done("a"), operator("reopen", "a"), done("a"), done("b")],
    ),
    "handler": (
        _steps(_ask("a"), _mail("end")) + "handlers:\n  - id: note\n    when: { type: form, form: withdraw }\n"
        "    steps: [" + _ask("look") + "]\n",
        [["form", "handlers/note", "withdraw", {"answers": {}}], done("a"), done("look")],
    ),
    "vote": (
        _steps(
            "{ id: v, type: task, title: V, candidate_users: [sam, helen, tom], outcomes: ['yes', 'no'], "
            "approvals: { need: 2 }, timeout: 9 days, on_timeout: continue }",
            _mail("end"),
        ),
        [["task", "v", "", {"outcome": "yes"}, "sam"], ["task", "v", "", {"outcome": "yes"}, "helen"]],
    ),
    "reply_wait": (
        _steps(
            "{ id: both, type: parallel, branches: [{ id: p, steps: [" + _asked("price") + "] }, "
            "{ id: d, steps: [" + _asked("date") + "] }] }",
            _mail("end"),
        ),
        [reply("both/d/date"), reply("both/p/price")],
    ),
    "reply_form": (
        _steps(
            "{ id: survey, type: form, form: client-survey, answer_by_reply: remarks, to: ann@acme.test, "
            "reminders: [{ after: 2 days, template: again }], timeout: 9 days, on_timeout: continue }",
            _mail("end"),
        ),
        [WAIT, reply("survey")],
    ),
    "mailed": (
        _steps(
            "{ id: order, type: wait, timeout: 9 days, on_timeout: continue, events: [{ id: mail, type: email, "
            "mailbox: support, match: { from: ann@acme.test } }] }",
            _mail("end"),
        ) + "handlers:\n  - id: heard\n    when: { type: email }\n    steps: [" + _ask("look") + "]\n",
        [["email", "", "reply", {"from": "ben@acme.test", "text": "Hello"}],
         ["email", "", "mail/support", {"from": "ann@acme.test", "text": "Hello"}], done("look")],
    ),
    "came_back": (
        _steps(
            "{ id: survey, type: form, form: client-survey, to: ann@acme.test, timeout: 9 days, "
            "on_timeout: continue, on_suppressed: [" + _ask("phone") + "] }",
            _mail("end"),
        ),
        [["bounce", "", "bounce", {"address": "ann@acme.test", "hard": True, "why": "no", "thread": "survey"}],
         done("phone")],
    ),
    "manner": (
        _steps(_mail("hi", ", class: marketing, sender: surveys, hours: office"), _ask("a"), _mail("end")),
        [done("a")],
    ),
    "agreed": (_steps(_mail("hi", ", approve: legal"), _mail("end")), [done("hi/approval", "approve")]),
    "rejected": (
        _steps(_mail("hi", ", approve: sam, on_suppressed: [" + _ask("phone") + "]"), _mail("end")),
        [done("hi/approval", "reject"), done("phone")],
    ),
}  # fmt: skip

BEFORE = _steps(_mail("hi"), _ask("check"), _ask("b"), _mail("end"))
AFTER = _steps(
    _mail("hi"),
    _mail("new"),
    "{ id: g, type: group, steps: [" + _ask("check_it", ", reminders: [{ after: 2 days }]") + "] }",
    _ask("b"),
    _mail("last"),
)
MIGRATED: list[Line] = [WAIT, done("check"), done("b")]
"""A case of BEFORE that waits at `check`, and goes on with AFTER: the answer comes from a page of before the move."""
