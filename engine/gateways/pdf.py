"""PDF documents: the protocol, Typst in a limited process, and its twin in memory."""

from typing import Protocol

from engine.gateways.rendering.pool import LimitedPool


class Printer(Protocol):
    async def render(self, markup: str) -> bytes:
        """The PDF of a document's markup (see Renderer.document); the same markup gives the same bytes.

        Raises RenderFailed.
        """
        ...


class TypstPrinter:
    """Prints in `size` limited processes without network or files. Use it from one event loop; `aclose` when done."""

    def __init__(self, *, size: int = 1, seconds: float = 10.0, megabytes: int = 1024) -> None:
        self._pool = LimitedPool("engine.gateways.pdf_child", size=size, seconds=seconds, megabytes=megabytes)

    async def render(self, markup: str) -> bytes:
        return await self._pool.ask(markup.encode())

    async def warm(self) -> None:
        await self._pool.warm()

    async def aclose(self) -> None:
        await self._pool.aclose()


class MemoryPrinter:
    """Keeps `printed` and answers with something that starts like a PDF and holds the markup."""

    def __init__(self) -> None:
        self.printed: list[str] = []

    async def render(self, markup: str) -> bytes:
        self.printed.append(markup)
        return b"%PDF-1.7\n" + markup.encode()

    async def aclose(self) -> None:
        """Nothing to close; there for whoever closes a printer."""
