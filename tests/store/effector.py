"""A process that makes effects through the ledger until all are made; tests kill it.

The outside world is a file: a line for each effect that happened.
"""

import asyncio
import os
import random
import sys
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from engine.store import ledger
from engine.store.store import Store

AT_ONCE = 20


async def effect(store: Store, world: int, key: str) -> None:
    token, now = uuid4().hex, datetime.now(UTC)
    take = partial(ledger.claim, key=key, case="acme", path=key, purpose="send", kind="email", token=token, at=now)
    row = await store.write(take)
    if row.token != token:
        if row.state == "in_data":
            await store.write(lambda c: ledger.give_up_unconfirmed(c, key, row.token, now, "the attempt died"))
        return
    if await store.write(lambda c: ledger.in_data(c, key, token)):
        os.write(world, f"{key}\n".encode())
        await store.write(lambda c: ledger.finish(c, key, token, "sent", now))


async def some(store: Store, world: int, keys: list[str]) -> None:
    while keys:
        await effect(store, world, keys.pop())


async def main(url: str, path: str, count: int) -> None:
    store = Store.open(url)
    world = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    keys = [f"k{n}" for n in range(count)]
    random.shuffle(keys)
    await asyncio.gather(*(some(store, world, keys) for _ in range(AT_ONCE)))
    store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
