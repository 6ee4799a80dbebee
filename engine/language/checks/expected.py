"""What a test expects against the process that is tested: whether it can come true at all."""

import re

from engine.language.checks.tested import Known, Tested
from engine.language.expressions import ExpressionProblem, parse_expression
from engine.language.nodes import Place
from engine.language.scenario import Expect, Sent

STATUSES = ("done", "timed_out", "suppressed", "skipped", "failed", "cancelled", "waiting", "incident", "none")


def expectation(t: Tested, expect: Expect) -> None:
    known, place = t.known, t.document.place
    if expect.case is not None:
        found = t.started(expect.case)
        if found is None:
            message = f"the step `{expect.case}` starts no other process"
            t.unknown("E112", message, expect.case, place(expect, "case"), t.children, "those that do are")
            return
        known = found
    _one_of(t, expect, "outcome", known.endings, "this process never ends with", "it may end with")
    _one_of(t, expect, "stage", (*known.process.stages, "none"), "this process has no stage", "it has")
    _messages(t, expect, known)
    _steps(t, expect, known)
    for expression in expect.values:
        _expression(t, expect, expression)


def _one_of(t: Tested, expect: Expect, key: str, known: tuple[str, ...], wrong: str, where: str) -> None:
    word = getattr(expect, key)
    if word is not None and word not in known:
        t.unknown("E113", f"{wrong} `{word}`", word, t.document.place(expect, key), known, where)


def _messages(t: Tested, expect: Expect, known: Known) -> None:
    sent = expect.sent or ()
    names = [(one.email if isinstance(one, Sent) else one, ("sent", n)) for n, one in enumerate(sent)]
    names += [(name, ("never_sent", n)) for n, name in enumerate(expect.never_sent)]
    names += [(name, ("suppressed", n)) for n, name in enumerate(expect.suppressed or ())]
    for name, path in names:
        if not known.sends(name):
            message = f"this process never sends `{name}`"
            t.unknown("E113", message, name, t.document.place(expect, *path), known.mails, "it sends")
    told = tuple(dict.fromkeys(str(s.connection) for s in known.steps.values() if getattr(s, "type", "") == "notify"))
    for n, name in enumerate(expect.notified or ()):
        if name not in told:
            message, place = f"this process never tells `{name}` anything", t.document.place(expect, "notified", n)
            t.unknown("E113", message, name, place, told, "it tells")
    for one in sent:
        if isinstance(one, Sent) and one.at:
            t.time(one.at, t.document.place(one, "at"), "at")


def _steps(t: Tested, expect: Expect, known: Known) -> None:
    for key in ("waiting", "order", "incidents"):
        for n, name in enumerate(getattr(expect, key) or ()):
            _named(t, known, name, t.document.place(expect, key, n))
    for key in ("status", "done_at", "due"):
        for name, value in getattr(expect, key).items():
            if key != "due" or re.fullmatch(r"[a-z0-9_/]+", name):
                _named(t, known, name, t.key(expect, key, name))
            if key != "status":
                t.time(value, t.document.place(expect, key, name), name)
            elif value not in STATUSES:
                place, message = t.document.place(expect, key, name), f"`{value}` is no status of a step"
                t.unknown("E113", message, value, place, STATUSES, "a step is")


def _named(t: Tested, known: Known, name: str, place: Place) -> None:
    if name.rpartition("/")[2] not in known.steps and not _beside(known, name):
        message = f"this process has no step `{name}`"
        t.unknown("E112", message, name, place, known.steps, "it has")


def _expression(t: Tested, expect: Expect, expression: str) -> None:
    try:
        parse_expression(expression)
    except ExpressionProblem as problem:
        place = t.key(expect, "values", expression)
        t.report("E030", f"`{expression}` cannot be read: {problem}", place)


def _beside(known: Known, name: str) -> bool:
    """Whether it is side work of a step: `welcome_escalate1`."""
    step, _, rest = name.rpartition("_")
    return (step in known.steps and rest.startswith("escalate")) or name in known.approvals
