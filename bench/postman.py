"""The mail server of the bench: the shipped in-memory mailer, with a bell."""

import asyncio
import time
from collections.abc import Callable

from engine.gateways.mail import Mail, MemoryMailer
from engine.gateways.mail.phases import BeforeData


class Postman:
    """Keeps mails, knows when each came, and tells `bell` of each."""

    def __init__(self) -> None:
        self.mailer = MemoryMailer()
        self.came: dict[tuple[str, str], float] = {}  # (address, first word of the subject) -> time.perf_counter()
        self.bell: Callable[[Mail], None] = lambda mail: None
        self._news = asyncio.Event()

    @property
    def mails(self) -> list[Mail]:
        return self.mailer.sent

    async def send(self, mail: Mail, before_data: BeforeData) -> str:
        said = await self.mailer.send(mail, before_data)
        self.came[mail.to, mail.subject.partition(" ")[0]] = time.perf_counter()
        self.bell(mail)
        self._news.set()
        return said

    async def holds(self, count: int, seconds: float) -> None:
        """Wait for so many mails. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.mails) < count:
                self._news.clear()
                await self._news.wait()

    async def brings(self, address: str, word: str, seconds: float = 30.0) -> float:
        """When the mail to this address came whose subject begins with this word; waits for it."""
        async with asyncio.timeout(seconds):
            while (address, word) not in self.came:
                self._news.clear()
                await self._news.wait()
        return self.came[address, word]

    def empty(self) -> None:
        self.mails.clear()
        self.came.clear()

    async def aclose(self) -> None:
        """Nothing to close; there for whoever closes a mailer."""
