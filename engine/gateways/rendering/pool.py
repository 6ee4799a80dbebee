"""The parent's side of limited processes: a small pool that kills what overruns and goes on."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process

from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.limits import FAILED

LARGEST_ANSWER = 32 * 1024 * 1024
_SECONDS_TO_START = 30.0


class LimitedPool:
    """Runs `python -m module` up to `size` times; each answers one request after the other.

    A request has `seconds` of wall clock and `megabytes` of address space. The
    processes see no environment of ours, so no secret either. Use it from one
    event loop; `aclose` when done.
    """

    def __init__(self, module: str, *, size: int, seconds: float, megabytes: int) -> None:
        self._module, self._seconds, self._megabytes = module, seconds, megabytes
        self._size = size
        self._idle: list[Process] = []
        self._slots = asyncio.Semaphore(size)

    async def warm(self) -> None:
        """Start every process now instead of at the first requests."""
        self._idle.extend(await asyncio.gather(*(self._start() for _ in range(self._size - len(self._idle)))))

    async def ask(self, request: bytes) -> bytes:
        """The answer to one request. Raises RenderFailed: the child's own, `too_slow` or `crashed`."""
        async with self._slots:
            child = await self._free()
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await _exchange(child, request)
            except TimeoutError:
                await _end(child)
                raise RenderFailed("too_slow", f"It was not done within {self._seconds:g} seconds.") from None
            except (asyncio.IncompleteReadError, ConnectionError):
                await _end(child)
                raise RenderFailed("crashed", "Its process died, most likely for want of memory.") from None
            except BaseException:
                await _end(child)  # cancelled half-way: the next request must not get this one's answer
                raise
            self._idle.append(child)
        return _opened(answer)

    async def aclose(self) -> None:
        await asyncio.gather(*(_end(child) for child in self._idle))
        self._idle.clear()

    async def _free(self) -> Process:
        while self._idle:
            child = self._idle.pop()
            if child.returncode is None:
                return child
        return await self._start()

    async def _start(self) -> Process:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", self._module, str(self._seconds), str(self._megabytes)),
            stdin=PIPE,
            stdout=PIPE,
            env=_environment(),
            limit=1 << 20,
        )
        try:
            async with asyncio.timeout(_SECONDS_TO_START):
                await _read(child)
        except BaseException:
            await _end(child)
            raise
        return child


def _environment() -> dict[str, str]:
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    # Threads and their memory arenas count against the limit of address space.
    return {"PYTHONPATH": path, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2", "RAYON_NUM_THREADS": "1"}


async def _exchange(child: Process, request: bytes) -> bytes:
    if child.stdin is None:
        raise ConnectionError("the child has no pipe")
    child.stdin.write(len(request).to_bytes(4, "big") + request)
    await child.stdin.drain()
    return await _read(child)


async def _read(child: Process) -> bytes:
    if child.stdout is None:
        raise ConnectionError("the child has no pipe")
    size = int.from_bytes(await child.stdout.readexactly(4), "big")
    if size > LARGEST_ANSWER:
        raise ConnectionError("the child's answer is larger than any result")
    return await child.stdout.readexactly(size)


async def _end(child: Process) -> None:
    if child.returncode is None:
        child.kill()
    await child.wait()


def _opened(answer: bytes) -> bytes:
    if not answer.startswith(FAILED):
        return answer[1:]
    code, _, message = answer[1:].decode().partition("\n")
    raise RenderFailed(code, message)
