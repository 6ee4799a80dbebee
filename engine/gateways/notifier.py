"""Messages to chats and phones: the protocol, Apprise in a limited process, and its twin in memory."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from engine.gateways.guard import Network
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.pool import LimitedPool
from engine.language.values import decode, encode

Level = Literal["info", "success", "warning", "failure"]
Outcome = Deferred | Refused | Unconfirmed

SECONDS = 20.0


@dataclass(frozen=True)
class Notice:
    """`url` is an address of Apprise; it holds tokens, so it is shown nowhere."""

    url: str = field(repr=False)
    message: str
    subject: str = ""
    level: Level = "info"


@dataclass(frozen=True)
class Exchange:
    """One request that was made for it. `status` 0: no answer; `error` is empty where all is well."""

    method: str
    host: str
    status: int
    ms: int
    error: str = ""


@dataclass(frozen=True)
class Told:
    """How it went: `problem` is None where the service has taken the message."""

    exchanges: tuple[Exchange, ...] = ()
    problem: Outcome | None = None


class Notifier(Protocol):
    async def tell(self, notice: Notice) -> Told:
        """Send a message to one service, once. Raises nothing: what went wrong is in the answer, without the address.

        Refused: nothing was sent. Deferred: nothing was sent, and it may be tried again. Unconfirmed: it, or a part
        of it, may have arrived.
        """
        ...


class AppriseNotifier:
    """Sends with Apprise, in processes that can connect only to where the guard would let them, and to nothing but
    HTTP servers. Use it from one event loop; `aclose` when done."""

    def __init__(
        self,
        allow: Sequence[Network] = (),
        *,
        size: int = 2,
        megabytes: int = 512,
        module: str = "engine.gateways.notifier_child",
    ) -> None:
        self._pool = LimitedPool(module, size=size, seconds=SECONDS, megabytes=megabytes)
        self._allow = tuple(map(str, allow))

    async def tell(self, notice: Notice) -> Told:
        asked = {"url": notice.url, "message": notice.message, "subject": notice.subject, "level": notice.level}
        try:
            answer = await self._pool.ask(encode({**asked, "allow": self._allow}).encode())
        except RenderFailed as problem:
            return Told(problem=Unconfirmed(f"The message may have been sent: {problem.code}."))
        return _told(decode(answer.decode()))

    async def aclose(self) -> None:
        await self._pool.aclose()


class MemoryNotifier:
    """Keeps `notices`; `problems` are used up in their order."""

    def __init__(self, problems: tuple[Outcome | None, ...] = ()) -> None:
        self.notices: list[Notice] = []
        self.problems: deque[Outcome | None] = deque(problems)

    async def tell(self, notice: Notice) -> Told:
        self.notices.append(notice)
        problem = self.problems.popleft() if self.problems else None
        return Told((Exchange("POST", "chat.example", 0 if problem else 200, 1),), problem)

    async def aclose(self) -> None:
        """Nothing to close; there for whoever closes a notifier."""


def _told(answer: dict[str, object]) -> Told:
    exchanges = tuple(Exchange(*entry) for entry in answer["exchanges"])  # type: ignore[attr-defined]
    state, code, message = str(answer["state"]), str(answer["code"]), str(answer["message"])
    if state == "sent":
        return Told(exchanges)
    if state == "unknown":
        return Told(exchanges, Unconfirmed(message))
    return Told(exchanges, Deferred(code, message) if state == "deferred" else Refused(code, message))
