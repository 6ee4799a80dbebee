"""Turning facts into pages. Jinja escapes everything; nothing that came from outside is ever a template."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
STATIC: Mapping[str, str] = {"baton.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


@dataclass(frozen=True)
class Notice:
    """A page that only says something."""

    status: int
    heading: str
    text: str


class Pages:
    """The templates, with what stands on every page."""

    def __init__(self, firm: str, time_zone: str, currency: str) -> None:
        self.zone = ZoneInfo(time_zone)
        self.currency = currency
        self.static = {name: (HERE / "static" / name).read_bytes() for name in STATIC}
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(firm=firm, style=self._address("baton.css"), icon=self._address("icon.svg"))

    def show(self, template: str, status: int = 200, **facts: Any) -> HTMLResponse:
        return HTMLResponse(self._templates.get_template(template).render(facts), status)

    def notice(self, notice: Notice) -> HTMLResponse:
        return self.show("notice.html", notice.status, heading=notice.heading, text=notice.text)

    def _address(self, name: str) -> str:
        """With a digest of the content, so that browsers may keep the file for ever."""
        return f"/static/{name}?v={hashlib.sha256(self.static[name]).hexdigest()[:12]}"
