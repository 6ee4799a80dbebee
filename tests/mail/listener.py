"""A receiver as a process of its own, that dies when it has committed a mail and has not said so yet:
`python -m tests.mail.listener URL PORT`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from engine.language.connections import Mailbox
from engine.mailroom.receiving import Receiving
from engine.store.store import Store


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, port: int) -> None:
    box = Mailbox(type="smtp", address="replies@northwind.example", listen=f"127.0.0.1:{port}")
    receiving = Receiving(Store.open(url), Path(), lambda: {"replies": box}, arrived=die)
    running = asyncio.create_task(receiving.run(asyncio.Event()))
    while not receiving.ears:  # noqa: ASYNC110  nothing tells of it
        await asyncio.sleep(0.01)
    print("listening", flush=True)
    await running


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
