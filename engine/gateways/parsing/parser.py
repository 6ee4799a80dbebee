"""The face of parsing for asyncio: raw mails in, letters out, within limits."""

from engine.gateways.parsing.frames import request, unpacked
from engine.gateways.parsing.letter import Letter, Unreadable
from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.pool import LimitedPool

LARGEST_MAIL = 50 * 1024 * 1024

_WORDS = {
    "too_slow": "It was not parsed within {seconds:g} seconds.",
    "crashed": "The process that parsed it died, most likely for want of memory.",
    "too_big": "It needs more memory than a mail may use.",
}


class Parser:
    """Parses in `size` limited processes. Use it from one event loop; `aclose` when done."""

    def __init__(self, *, size: int = 1, seconds: float = 10.0, megabytes: int = 768) -> None:
        self._seconds = seconds
        self._pool = LimitedPool("engine.gateways.parsing.child", size=size, seconds=seconds, megabytes=megabytes)

    async def warm(self) -> None:
        """Start the processes now, so that the first mail does not wait for them."""
        await self._pool.warm()

    async def read(self, raw: bytes, *, authserv: str = "", null_sender: bool = False) -> Letter:
        """What a mail says. `authserv`: the server whose Authentication-Results count; `null_sender`: its envelope
        had no sender. Raises Unreadable."""
        if len(raw) > LARGEST_MAIL:
            raise Unreadable("too_big", f"It is larger than {LARGEST_MAIL // 1024 // 1024} MB.")
        try:
            return unpacked(await self._pool.ask(request(raw, authserv, null_sender)))
        except RenderFailed as problem:
            words = _WORDS.get(problem.code, problem.message).format(seconds=self._seconds)
            raise Unreadable(problem.code, words) from problem

    async def aclose(self) -> None:
        await self._pool.aclose()
