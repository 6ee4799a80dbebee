"""The face of rendering for asyncio: templates and plain data in, texts out, within limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.gateways.rendering.brand import Brand
from engine.gateways.rendering.pool import LimitedPool
from engine.language.resources import Calendar, DocumentTemplate, EmailTemplate
from engine.language.values import decode, encode_known


@dataclass(frozen=True)
class RenderedMail:
    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class RenderedDocument:
    """`markup` is what a Printer takes; `filename` is fit for any file system and ends in `.pdf`."""

    title: str
    filename: str
    markup: str


class Renderer:
    """Renders template files in `size` limited processes. Use it from one event loop; `aclose` when done.

    `scope` holds plain values (see `engine.language.values`); `calendar`
    is the case's: its zone is the one that times are shown in (UTC without one). Every method raises RenderFailed.
    """

    def __init__(self, *, size: int = 2, seconds: float = 2.0, megabytes: int = 512) -> None:
        self._pool = LimitedPool("engine.gateways.rendering.child", size=size, seconds=seconds, megabytes=megabytes)

    async def warm(self) -> None:
        """Start the processes now, so that the first mail does not wait for them."""
        await self._pool.warm()

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def text(self, template: str, scope: Mapping[str, Any], *, calendar: Calendar | None = None) -> str:
        """A template without Markdown, as it is."""
        text: str = await self._ask(kind="text", template=template, scope=scope, calendar=calendar)
        return text

    async def mail(
        self,
        template: EmailTemplate,
        scope: Mapping[str, Any],
        brand: Brand,
        *,
        link: str = "",
        leave: tuple[str, str] = ("", ""),
        calendar: Calendar | None = None,
        locale: str = "",
    ) -> RenderedMail:
        """Subject, HTML and text of a mail; with a `link`, the template's button leads to it. `leave`: address and
        words of the link to unsubscribe below it."""
        source = {
            "subject": template.subject,
            "preheader": template.preheader or "",
            "button": (template.button or "") if link else "",
            "body": template.body,
            "leave": leave[1] if leave[0] else "",
            "locale": locale,
        }
        asked = {"template": source, "brand": vars(brand), "link": link, "leave": leave[0], "locale": locale}
        return RenderedMail(**await self._ask(kind="mail", scope=scope, calendar=calendar, **asked))

    async def document(
        self, template: DocumentTemplate, scope: Mapping[str, Any], brand: Brand, *, calendar: Calendar | None = None
    ) -> RenderedDocument:
        """A page for a Printer. `scope` holds the fields, and `case` and `today`."""
        source = {"title": template.title, "filename": template.filename or "", "body": template.body}
        asked = {"template": source, "brand": vars(brand)}
        return RenderedDocument(**await self._ask(kind="document", scope=scope, calendar=calendar, **asked))

    async def _ask(self, calendar: Calendar | None, **asked: Any) -> Any:
        written = calendar.model_dump_json() if calendar else ""
        return decode((await self._pool.ask(encode_known({"calendar": written, **asked}).encode())).decode())
