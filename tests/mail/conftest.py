"""Fixtures: a real mail server where there is one, and a house that reads its mail."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from engine.store.store import Store
from tests.mail.dovecot import Dovecot, NoDovecot, dovecot
from tests.mail.house import House, house


@pytest.fixture
def server() -> Iterator[Dovecot]:
    """Dovecot with an empty INBOX; skips with the reason where there is none."""
    try:
        with dovecot() as running:
            yield running
    except NoDovecot as reason:
        pytest.skip(str(reason))


@pytest.fixture
async def home(tmp_path: Path, one_store: Store) -> AsyncIterator[House]:
    async with house(tmp_path, one_store) as opened:
        yield opened
