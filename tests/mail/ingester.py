"""An ingester as a process of its own, so that it can be killed: `python -m tests.mail.ingester URL PORT`."""

import asyncio
import sys
from dataclasses import replace

from engine.gateways.imap import Folder, Login, Server, open_folder
from engine.store.store import Store
from tests.mail.mailroom import BOX, QUICK, ingest


def opened(server: Server, login: Login) -> Folder:
    folder = open_folder(server, login)
    print("reading", flush=True)
    return folder


async def main(url: str, port: int) -> None:
    store = Store.open(url)
    box = BOX.model_copy(update={"host": "127.0.0.1", "port": port, "tls": "none"})
    # So few at once that there is something to break off.
    await ingest(store, box=box, opens=opened, pace=replace(QUICK, at_once=3, held=30)).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
