"""What is asked for every mail, or several times a second, reads no table from end to end, however much waits."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.language.restraint import Cap
from engine.store import contacts, holds, lanes, ledger, notices, outbox, policy, threads
from engine.store.moment import written
from engine.store.outbox import Letter
from engine.store.policy import Ask, Rules
from engine.store.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LETTER = Letter("new", "c5", "p", "x", "marketing", "", "u5@acme.test", "Hello", "new@n")
OTHER = Letter("other", "c5", "p", "x", "process", "", "u5@acme.test", "Hello", "other@n")
ASK = Ask("u5@acme.test", "marketing", "c5", "p", NOW)
RULES = Rules(caps={"marketing": Cap.parse("2 per 7 days")}, key=b"k")
MANY = 100_000
FEW = 10 * MANY  # instructions of the database's machine; one look at everything that waits takes 100 for each
GLANCE = 1000  # instructions between two looks at it

ASKED: dict[str, Callable[[Connection], Any]] = {
    "whose mails are due": lanes.due,
    "which is next": lambda c: lanes.next_of(c, "", NOW),
    "which is next, when all are due": lambda c: lanes.next_of(c, "", NOW + timedelta(days=1)),
    "whose sender died": lambda c: lanes.died(c, NOW),
    "what is under way": lambda c: holds.under_way(c, "all"),
    "what is in the way": lambda c: lanes.in_the_way(c, LETTER),
    "what is in the way of another class": lambda c: lanes.in_the_way(c, OTHER),
    "may it go": lambda c: policy.judge(c, ASK, RULES),
    "who it is": lambda c: contacts.get(c, "u5@acme.test"),
    "its thread": lambda c: threads.thread(c, "c5", "u5@acme.test", "new"),
    "what waits for a case": lambda c: outbox.of_case(c, "c5"),
    "whom a case has written to": lambda c: threads.written_to(c, "c5"),
    "what came back": lambda c: outbox.bounced(c, "m5@n", "no such user", NOW),
    "which mail is answered": lambda c: threads.by_message_id(c, "m5@n"),
    "its row in the ledger": lambda c: ledger.look(c, "k5"),
    "what is taken up": lambda c: ledger.collect(c, "k5", "t", NOW),
    "what stands against somebody": lambda c: contacts.suppressions_of(c, "u5@acme.test"),
    "what came back from them": lambda c: contacts.bounces_of(c, "u5@acme.test"),
    "what they were sent": lambda c: outbox.listing(c, to="u5@acme.test"),
    "what cannot wait": lambda c: notices.urgent(c, NOW),
    "what a colleague does not know": lambda c: notices.tasks_between(c, NOW, NOW, NOW),
    "what could not go on": lambda c: notices.troubles(c, NOW, NOW + timedelta(days=1)),
    "what nobody asks for": lambda c: ledger.give_up_forsaken(c, NOW, NOW, "it died"),
}


@pytest.fixture(scope="module", params=["sent", "queued", "held"])
def full(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path
) -> Iterator[Store]:
    """A database in which very many mails were sent, or wait for a time that is to come, or are on hold."""
    path = tmp_path_factory.mktemp("full") / "baton.db"
    path.write_bytes(_sqlite_template.read_bytes())
    store, waits = Store.open(f"sqlite:///{path}"), request.param != "sent"
    store.write_now(lambda c: fill(c.connection.cursor(), request.param, waits))
    yield store
    store.close()


def fill(cursor: Any, state: str, waits: bool) -> None:
    now, later = written(NOW), written(NOW + timedelta(hours=1))
    code = "hold" if state == "held" else ""
    if code:
        cursor.execute(
            "INSERT INTO holds (scope, given_by, reason, since) VALUES ('class marketing', '', '', ?)", (now,)
        )
    rest = (now if code else later, now, None, b"x" * 200) if waits else (None, now, now, None)
    cursor.executemany(
        """
        INSERT INTO outbox (key, case_id, process, path, class, sender, recipient, subject, message_id, state, code,
            reason, not_before, created_at, finished_at, given_by, attempts, mail)
        VALUES (?, ?, 'p', 'x', 'marketing', '', ?, 'Hello', ?, ?, '', '', ?, ?, ?, '', 0, ?)
        """,
        ((f"k{n}", f"c{n}", f"u{n}@acme.test", f"m{n}@n", state, *rest) for n in range(MANY)),
    )
    cursor.executemany(
        """
        INSERT INTO effects (key, case_id, path, purpose, kind, state, recipient, result_json, error, attempts, token,
            message_id, claimed_at, finished_at)
        VALUES (?, ?, 'x', 'send', 'email', ?, ?, '', '', 1, 't', ?, ?, ?)
        """,
        (
            (f"k{n}", f"c{n}", "posted" if waits else "sent", f"u{n}@acme.test", f"m{n}@n", now, now)
            for n in range(MANY)
        ),
    )
    cursor.executemany(
        "INSERT INTO incidents (case_id, path, since, step, code, message, status) VALUES (?, 'x', ?, 'x', '', '', ?)",
        ((f"c{n}", now, "open" if waits else "resolved") for n in range(MANY)),
    )
    cursor.executemany(
        "INSERT INTO contacts (address, name, locale, time_zone, given_by, created_at, changed_at)"
        " VALUES (?, '', '', '', '', ?, ?)",
        ((f"u{n}@acme.test", now, now) for n in range(MANY)),
    )


@pytest.mark.parametrize("name", ASKED)
def test_nothing_is_read_from_end_to_end(full: Store, name: str) -> None:
    full.write_now(ASKED[name])  # what is read for the first time is read from the disk
    plans, instructions = full.write_now(lambda c: watched(c, ASKED[name]))
    assert plans
    assert [line for line in plans if line.startswith("SCAN") and not harmless(line)] == []
    assert instructions < FEW


def harmless(line: str) -> bool:
    """Rows that the statement itself makes, and the few that are under way."""
    return (
        "CONSTANT" in line
        or line in ("SCAN senders", "SCAN kinds", "SCAN firsts")
        or line.endswith("ix_outbox_sending")
    )


def watched(c: Connection, ask: Callable[[Connection], Any]) -> tuple[list[str], int]:
    """How the database finds what it is asked for, and how many instructions that takes, to the nearest GLANCE."""
    raw: Any = c.connection.dbapi_connection
    said: list[str] = []
    glances: list[None] = []
    raw.set_trace_callback(said.append)
    raw.set_progress_handler(lambda: glances.append(None), GLANCE)
    ask(c)
    raw.set_trace_callback(None)
    raw.set_progress_handler(None, 0)
    return [row[3] for one in said for row in raw.execute(f"EXPLAIN QUERY PLAN {one}")], GLANCE * len(glances)
