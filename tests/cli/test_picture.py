"""The page of one case: what comes, and what it is called."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.picture import one_case
from engine.store.quick import CaseStatus
from engine.store.rows import CaseSummary, WaitLine

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


def page(kind: str, waiting_for: str, status: str = "waiting") -> str:
    wait = WaitLine("a", "a", kind, "A thing", status, waiting_for, NOW, None, LATER, LATER)
    summary = CaseSummary("c-1", "c", 1, "C", "", "", "open", "ok", "", "", "", NOW, NOW, None, None, (wait,))
    return one_case(CaseStatus(summary, (), ()), lambda process, version: None, "UTC")


@pytest.mark.parametrize(
    ("kind", "waiting_for", "said"),
    [
        ("wait", "the time to come", "A thing: goes on by itself"),
        ("wait", "reply", "A thing: time runs out"),
        ("task", "its time to begin", "A thing: begins"),
    ],
)
def test_what_the_calendar_brings_is_called_what_it_is(kind: str, waiting_for: str, said: str) -> None:
    assert said in page(kind, waiting_for)


def test_a_request_that_is_tried_again_says_where_its_attempts_are_seen() -> None:
    assert "baton calls c-1" in page("call", "the next attempt", "pending")
    assert "baton calls" not in page("email", "the next attempt", "pending")
