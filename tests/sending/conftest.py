"""A house whose mails are looked at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.store.store import Store
from tests.mail.house import House, house

DEFINITIONS = Path(__file__).parent / "definitions"


@pytest.fixture
async def home(tmp_path: Path, one_store: Store) -> AsyncIterator[House]:
    async with house(tmp_path, one_store, definitions=DEFINITIONS) as opened:
        yield opened
