"""Rows to begin with: an onboarding of Acme, at nine in the morning of 2 March 2026."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from engine.runtime.view import CaseView, TaskView, WaitView
from engine.store import cases, ledger
from engine.store.rows import Arrival, EffectRow, NewCase

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

ACME = NewCase("acme", "onboarding", 1, "d1", "Onboarding of Acme", "acme.test", "", '{"company":"Acme"}', "{}", NOW)
WELCOME = WaitView("welcome", "welcome", "form", "Questionnaire", "waiting", "ann@acme.test", NOW, until=LATER)
REVIEW = TaskView("t1", "review", "review", "Check the answers", "open", NOW, groups=("client_success",))
ANSWER = Arrival("i1", "web", "s1", "answer", "client-welcome", "acme", "welcome", "ann@acme.test", "{}", NOW)


def case(name: str, **changes: Any) -> NewCase:
    return replace(ACME, id=name, **changes)


def view(turn: int = 1, **changes: Any) -> CaseView:
    return replace(CaseView("acme", turn, "open", "ok", NOW), **changes)


def opened(c: Connection, *turns: CaseView) -> None:
    """Acme's case, after these turns."""
    cases.open_case(c, ACME)
    for turn in turns:
        cases.project(c, turn)


def open_all(c: Connection, new: Iterable[NewCase]) -> None:
    for one in new:
        cases.open_case(c, one)


def arrivals(c: Connection) -> dict[str, int]:
    """How many arrivals are in each state."""
    return dict(c.execute(text("SELECT state, count(*) FROM inbox GROUP BY state")).all())


def claim(c: Connection, token: str, key: str = "acme/welcome/1/send", **changes: Any) -> EffectRow:
    return ledger.claim(
        c, key, case="acme", path="welcome", purpose="send", kind="email", token=token, at=NOW, **changes
    )
