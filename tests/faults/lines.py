"""What can be taken away from a running house: a line to a server, and the database."""

import asyncio
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

PIECE = 64 * 1024


class Line:
    """A line to a server on this machine: what connects to `port` reaches `target`, until it is `cut`."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._is_cut = False
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        """Whoever is talking is cut off in the middle of a word, and nobody gets through."""
        self._is_cut = True
        for writer in self._talks:
            writer.transport.abort()

    def mend(self) -> None:
        self._is_cut = False

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            self._talks |= {writer, back}
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
            self._talks -= {writer, back}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                writer.write(piece)
                await writer.drain()
        writer.close()


def lock(database: Path, seconds: float) -> None:
    """Keep a SQLite database to ourselves for a while: nobody else can write. It waits for its turn, like everybody."""
    connection = sqlite3.connect(database, timeout=60, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    connection.execute("ROLLBACK")
    connection.close()
