"""The worked example, played as the tests play it: the length of its history."""

from pathlib import Path

from tests.durable.firm import firm
from tests.durable.scenarios import happy


async def history_events(folder: Path, temporal: str) -> int:
    """Events of one happy case with a reminder and a change round."""
    async with firm(folder, temporal) as house:
        case = await happy(house)
        return len((await house.history(case)).events)
