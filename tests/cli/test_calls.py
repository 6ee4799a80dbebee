"""`baton calls` over what was kept."""

from dataclasses import replace
from datetime import UTC, datetime

from engine.store import requests
from engine.store.requests import Attempt
from engine.store.store import Store
from tests.cli.conftest import Baton

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WELL = Attempt("a/g/find:call", "a", "g/find", "crm", AT, "POST", "crm.example", "/contacts", 200, 12, "")


def test_attempts_are_shown_with_what_became_of_them(baton: Baton, store: Store) -> None:
    lost = replace(WELL, status=0, error="http_lost")
    store.write_now(lambda c: [requests.add(c, attempt) for attempt in (WELL, lost)])
    lines = baton("calls").out.splitlines()
    assert lines[0].split() == ["When", "Case", "Step", "Connection", "Request", "Answer", "Took"]
    assert "POST crm.example /contacts  no answer  12 ms" in lines[1]
    assert "find" in lines[2]
    assert " 200 " in lines[2]
    assert [a["error"] for a in baton("calls", "--failed", "--json").json] == ["http_lost"]


def test_where_nothing_was_sent_that_is_said(baton: Baton, store: Store) -> None:
    assert "Nothing was sent" in baton("calls").out
    assert baton("calls", "no-such-case").code == 1
