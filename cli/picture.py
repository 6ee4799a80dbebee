"""What a status looks like: the table of all cases, and the page of one case."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cli.columns import bold, columns, printable
from cli.show import moment, words
from engine.runtime.view import Entry
from engine.store.quick import CaseStatus
from engine.store.rows import CaseSummary, WaitLine

COLUMNS = ("Case", "Title", "Stage", "Step", "Since", "Waiting for", "Until", "Next date", "Health")
ENDED_COLUMNS = ("Case", "Title", "Outcome", "Started", "Ended")
HEALTH = {"ok": "ok", "incident": "needs attention", "stuck": "stuck", "paused": "paused", "queued": "queued"}
OF_ALL = ("stuck", "paused")  # what holds for every wait of a case
AHEAD = 6  # steps of the plan that are named
COMES = {"the time to come": "goes on by itself", "its time to begin": "begins"}  # else its time runs out
OPEN_KINDS = ("waiting",)  # timeline lines that say what is still open: the page has them under "Now"

Plan = Callable[[str, int], str | None]


class _Clock:
    """Moments in the workspace's zone, seen from now."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.now = datetime.now(UTC)

    def __call__(self, at: datetime | None) -> str:
        return moment(at, self.zone, self.now)


def all_cases(cases: tuple[CaseSummary, ...], zone: str, kind: str, there: int, trouble: int) -> str:
    """`there`: how many cases there are, and `trouble`: how many need somebody; those shown may be only the newest."""
    if not cases:
        return f"No {kind} cases." + (" Start one with: baton start PROCESS --input NAME=VALUE" * (kind == "open"))
    clock = _Clock(zone)
    if kind == "ended":
        shown = columns(ENDED_COLUMNS, [_ended(case, clock) for case in cases])
    else:
        shown = columns(COLUMNS, [row for case in cases for row in _rows(case, clock)])
    count = f"{there:,} {kind} case{'s' if there > 1 else ''}"
    count += f", {len(cases)} are shown" if there > len(cases) else ""
    return f"{shown}\n\n{count}" + (f", {trouble} need{'s' if trouble == 1 else ''} attention" if trouble else "")


def _rows(case: CaseSummary, clock: _Clock) -> Iterator[tuple[str, ...]]:
    """A line for each wait; the case's own columns stand on the first one."""
    health = HEALTH.get(case.health, case.health)
    head = (case.id, case.title, words(case.stage))
    if not case.waits:
        at, why = ("", case.why) if case.health == "queued" else ("at work", "")
        yield (*head, at, clock(case.updated_at), why, "", clock(case.next_at), health)
    for n, wait in enumerate(case.waits):
        trouble = "needs attention" if wait.status == "incident" else health if case.health in OF_ALL else "ok"
        first = head if n == 0 else ("", "", "")
        yield (*first, wait.title or words(wait.step), clock(wait.since), *_waiting(wait, clock), trouble)


def _ended(case: CaseSummary, clock: _Clock) -> tuple[str, ...]:
    return case.id, case.title, words(case.outcome), clock(case.started_at), clock(case.ended_at)


def _waiting(wait: WaitLine, clock: _Clock) -> tuple[str, str, str]:
    return wait.waiting_for, clock(wait.until), clock(wait.next_at)


def one_case(case: CaseStatus, plan: Plan, zone: str) -> str:
    clock = _Clock(zone)
    lines = [bold(printable(case.summary.title)), _about(case.summary, clock)]
    for title, said in _sections(case, plan, clock):
        if said:
            lines += ["", bold(title), *(f"  {printable(line)}" for line in said)]
    return "\n".join(lines)


def _about(case: CaseSummary, clock: _Clock) -> str:
    started = f"{case.id}  {case.process} version {case.version}  started {clock(case.started_at)}"
    if case.status == "ended":
        return f"{started}  ended {clock(case.ended_at)}: {words(case.outcome)}"
    stage = f"  stage: {words(case.stage)}" if case.stage else ""
    return f"{started}{stage}  health: {HEALTH.get(case.health, case.health)}"


def _sections(case: CaseStatus, plan: Plan, clock: _Clock) -> Iterator[tuple[str, list[str]]]:
    summary = case.summary
    yield "Done", [f"{clock(e.at):<17} {e.text}" for e in case.entries if _is_past(e, summary)]
    trouble = _open_incidents(case)
    shown = [ways_out(summary.id, i.step, f"{i.message} (since {clock(i.since)})") for i in trouble]
    yield "Needs attention", [line for lines in shown for line in lines]
    yield "Paused", [_paused(summary)] if summary.health == "paused" else []
    yield "Queued", [_queued(summary)] if summary.health == "queued" else []
    yield "Stuck", [summary.why] if summary.health == "stuck" else []
    yield "Now", [_now(wait, clock) for wait in summary.waits] + _attempts(summary)
    if summary.status == "open":
        yield "Next", [*_dates(summary, clock), *_ahead(summary, plan)]


def ways_out(case: str, step: str, trouble: str) -> list[str]:
    """What is wrong at a step, and the commands that go on from there."""
    return [
        f"{step}: {trouble}",
        f"  try it again:      baton retry {case} {step}",
        f"  go on without it:  baton skip {case} {step}",
        f"  end the case:      baton stop {case}",
    ]


def _paused(case: CaseSummary) -> str:
    return f"{case.why}; nothing goes out. Go on: baton resume {case.id}"


def _queued(case: CaseSummary) -> str:
    return f"{case.why}. Start it anyway: baton start-now {case.id}"


def _is_past(entry: Entry, case: CaseSummary) -> bool:
    return entry.kind not in OPEN_KINDS or case.status == "ended"


def _open_incidents(case: CaseStatus) -> list[Any]:
    return [i for i in case.incidents if i.status == "open"]


def _now(wait: WaitLine, clock: _Clock) -> str:
    doing = f"waiting for {wait.waiting_for}" if wait.waiting_for else "stopped" * (wait.status == "incident")
    due = f", due {clock(wait.due)}" if wait.due else ""
    return f"{wait.title or words(wait.step)} ({wait.step}): {doing} since {clock(wait.since)}{due}"


def _attempts(case: CaseSummary) -> list[str]:
    """Where it is seen why a request is tried again."""
    tried = any(w.kind in ("call", "notify") and w.waiting_for == "the next attempt" for w in case.waits)
    return [f"  what came of the attempts: baton calls {case.id}"] if tried else []


def _dates(case: CaseSummary, clock: _Clock) -> list[str]:
    """What the calendar brings, soonest first, if nobody does anything."""
    coming = []
    for wait in case.waits:
        if wait.next_at and wait.next_at != wait.until:
            coming.append((wait.next_at, f"{wait.title or wait.step}: reminder or escalation"))
        if wait.until:
            coming.append((wait.until, f"{wait.title or wait.step}: {COMES.get(wait.waiting_for, 'time runs out')}"))
    return [f"{clock(at):<17} {text}" for at, text in sorted(coming)]


def _ahead(case: CaseSummary, plan: Plan) -> list[str]:
    """The steps of the process that come after the furthest one that is open."""
    text = plan(case.process, case.version)
    if text is None:
        return []
    steps = json.loads(text)["process"]["steps"]
    open_now = {wait.path.split("/")[0] for wait in case.waits}
    reached = [n for n, step in enumerate(steps) if step["id"] in open_now]
    rest = steps[max(reached) + 1 :] if reached else []
    names = [_title(step) for step in rest[:AHEAD]]
    more = " ..." if len(rest) > AHEAD else ""
    return [f"Then: {', '.join(names)}{more}"] if names else []


def _title(step: dict[str, Any]) -> str:
    """The step's title; one with values in it cannot be told yet, so its name is."""
    title = str(step.get("title") or "")
    return title if title and "${" not in title else words(step["id"]).capitalize()
