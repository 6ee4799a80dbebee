"""A house whose mails are looked at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.mail.conftest import one_store
from tests.mail.house import House, house

__all__ = ["one_store"]

DEFINITIONS = Path(__file__).parent / "definitions"


@pytest.fixture
async def home(tmp_path: Path, one_store) -> AsyncIterator[House]:  # type: ignore[no-untyped-def]
    async with house(tmp_path, one_store, definitions=DEFINITIONS) as opened:
        yield opened
