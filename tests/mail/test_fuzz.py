"""Whatever comes in is kept, and is either read or unreadable with a reason; nothing breaks the house."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from engine.gateways.parsing import Parser, Unreadable
from engine.gateways.parsing.child import understood
from engine.mailroom.reasons import SENTENCES
from engine.store import mails
from engine.store.mails import Incoming
from tests.mail.fuzz import CRASHERS, stream
from tests.mail.house import MX, House

BATCH = 500


async def swallowed(home: House, seed: int, count: int) -> Counter[str]:
    """Let so many broken mails come in; what became of them."""
    kept = 0
    at = datetime.now(UTC)
    batch: list[Incoming] = []
    for n, raw in enumerate(stream(seed, count)):
        batch.append(Incoming("office", f"{seed}-{n}", raw, at, "x@x.test"))
        if len(batch) == BATCH or n == count - 1:
            kept += await home.store.write(lambda c, batch=tuple(batch): sum(mails.keep(c, one) for one in batch))
            batch.clear()
            await home.reader.read()
    assert kept == count
    rows = await home.store.read(
        lambda c: c.exec_driver_sql(
            "SELECT m.state, COALESCE(t.reason, ''), COALESCE(t.why, ''), i.state FROM mails m"
            " LEFT JOIN inbox i ON i.source = 'mail' AND i.source_id = m.id LEFT JOIN triage t ON t.mail_id = m.id"
        ).all()
    )
    assert len(rows) == count
    for state, reason, why, where in rows:
        assert state in ("read", "unreadable")
        assert where in ("triage", "unmatched", "noted", "routed"), (state, reason, why)
        assert reason in SENTENCES or (where in ("noted", "routed") and not reason)
        assert why or state == "read"
    return Counter(reason for _, reason, _, _ in rows)


async def test_a_thousand_broken_mails_are_kept_and_each_says_what_became_of_it(home: House) -> None:
    became = await swallowed(home, 1, 1_000)
    assert became["failed"] == 0
    assert became["unreadable"] < 200


@pytest.mark.slow
async def test_fifty_thousand_broken_mails_are_kept_and_each_says_what_became_of_it(home: House) -> None:
    became = await swallowed(home, 2, 50_000)
    assert became["failed"] == 0
    assert became["unreadable"] < 10_000


def code_of(raw: bytes) -> tuple[str, str]:
    """How a mail is unreadable, and in which words; empty for one that is read."""
    try:
        understood(raw, MX, False)
    except Unreadable as problem:
        return problem.code, problem.message
    return "", ""


@pytest.mark.parametrize(("name", "raw"), CRASHERS, ids=[name for name, _ in CRASHERS])
def test_what_has_broken_parsers_before_is_read_or_unreadable_with_a_reason(name: str, raw: bytes) -> None:
    code, why = code_of(raw)
    assert code in ("", "broken", "too_deep", "too_big"), name
    assert bool(why) == bool(code)
    assert "(" not in why, f"{name}: the library's own words: {why}"


@pytest.mark.slow
async def test_what_has_broken_parsers_before_breaks_no_limited_process() -> None:
    parser = Parser()
    try:
        codes = [await _code_in(parser, raw) for _, raw in CRASHERS]
    finally:
        await parser.aclose()
    assert set(codes) <= {"", "broken", "too_deep", "too_big"}


async def _code_in(parser: Parser, raw: bytes) -> str:
    try:
        await parser.read(raw, authserv=MX)
    except Unreadable as problem:
        return problem.code
    return ""
