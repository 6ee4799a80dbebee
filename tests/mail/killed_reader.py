"""A reader in a process of its own, to be killed: `python -m tests.mail.killed_reader WORKSPACE DATABASE`."""

import asyncio
import sys
from pathlib import Path

from activities import STEP_TYPES
from engine.desk.desk import Desk
from engine.mailroom.boxes import mailboxes_of
from engine.mailroom.placing import Placing
from engine.mailroom.reader import Reader
from engine.settings import Settings
from engine.store.store import Store


async def main(workspace: str, database: str) -> None:
    settings, store = Settings.load(Path(workspace), {}), Store.open(database)
    desk = Desk(settings, store, STEP_TYPES)
    boxes = mailboxes_of(settings)
    reader = Reader(store, Placing(settings, store, desk.shelf, desk.router, boxes, desk.clock), boxes)
    await reader.parser.warm()
    print("reading", flush=True)
    await reader.read()
    await reader.parser.aclose()
    store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
