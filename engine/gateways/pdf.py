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


class PagePainter:
    """Paints a document's pages as PNG pictures, in the same limits; for looking at, never for sending."""

    def __init__(self, *, seconds: float = 20.0, megabytes: int = 1024) -> None:
        self._pool = LimitedPool("engine.gateways.page_child", size=1, seconds=seconds, megabytes=megabytes)

    async def paint(self, markup: str) -> tuple[bytes, ...]:
        """The pages of a document's markup, in order. Raises RenderFailed."""
        framed = await self._pool.ask(markup.encode())
        pages = []
        while framed:
            size = int.from_bytes(framed[:4], "big")
            pages.append(framed[4 : 4 + size])
            framed = framed[4 + size :]
        return tuple(pages)

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
