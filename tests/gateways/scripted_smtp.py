"""A real TCP server that speaks just enough SMTP, and fails once where its script says."""

import asyncio
import socket
import struct
from collections.abc import Mapping
from types import MappingProxyType

from engine.gateways.mail import Fault, Phase

_ANSWERS = {
    Phase.CONNECT: b"220 scripted ready\r\n",
    Phase.HELLO: b"250-scripted\r\n250 8BITMIME\r\n",
    Phase.SENDER: b"250 sender fine\r\n",
    Phase.RECIPIENT: b"250 recipient fine\r\n",
    Phase.DATA: b"354 go ahead\r\n",
    Phase.REPLY: b"250 queued as 42\r\n",
}
_COMMANDS = {b"EHLO": Phase.HELLO, b"MAIL": Phase.SENDER, b"RCPT": Phase.RECIPIENT, b"DATA": Phase.DATA}


class HungUpError(Exception):
    """The script ended the conversation."""


class ScriptedServer:
    """`delivered` and `commands` say what arrived; `connections` how often somebody called."""

    def __init__(
        self, *faults: Fault, close_after_each: bool = False, slow: Mapping[Phase, float] = MappingProxyType({})
    ) -> None:
        self.faults = list(faults)
        self.slow = slow  # seconds before an answer
        self.close_after_each = close_after_each
        self.delivered: list[bytes] = []
        self.commands: list[str] = []
        self.connections = 0
        self.port = 0
        self.receipt = _ANSWERS[Phase.REPLY]
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "ScriptedServer":
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._converse(reader, writer)
        except (HungUpError, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer(Phase.CONNECT, writer)
        while line := await reader.readline():
            command = line[:4].upper()
            self.commands.append(line.decode().strip())
            if command == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            accepted = await self._answer(_COMMANDS[command], writer)
            if accepted and command == b"DATA" and await self._take_message(reader, writer) and self.close_after_each:
                return

    async def _take_message(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        start = await reader.readexactly(100)
        if not await self._answer(Phase.BODY, writer):
            return False
        rest = await reader.readuntil(b"\r\n.\r\n")
        if not await self._answer(Phase.REPLY, writer):
            return False
        self.delivered.append(start + rest)
        return True

    async def _answer(self, phase: Phase, writer: asyncio.StreamWriter) -> bool:
        """Answer as the script says; whether it was a yes."""
        await asyncio.sleep(self.slow.get(phase, 0))
        if not self.faults or self.faults[0].phase is not phase:
            writer.write(self.receipt if phase is Phase.REPLY else _ANSWERS.get(phase, b""))
            return True
        how = self.faults.pop(0).how
        if how == "hang":
            await asyncio.sleep(3600)
        if how == "reset":
            linger = struct.pack("ii", 1, 0)  # closing sends RST
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if how in ("drop", "reset"):
            raise HungUpError
        writer.write(b"451 try again later\r\n" if how == "4xx" else b"550 no such luck\r\n")
        return False
