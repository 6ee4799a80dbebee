"""A document template compiled once: its Markdown is Typst before any value is known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template

from engine.gateways.rendering.brand import Brand
from engine.gateways.rendering.filters import ENVIRONMENT
from engine.gateways.rendering.holes import perforated
from engine.gateways.rendering.markdown import parsed
from engine.gateways.rendering.pages import TypstWriter
from engine.gateways.rendering.paper import sheet
from engine.gateways.rendering.sandbox import compiled, rendered

_AT_LINK = re.compile(r'#link\("\Z')
_IN_LINK = re.compile(r'#link\("[^"]*\Z')
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Agreement:
    title: Template
    filename: Template | None
    body: Template

    def filled(self, scope: Mapping[str, Any], brand: Brand) -> dict[str, str]:
        title = " ".join(rendered(self.title, scope).split())
        case = scope.get("case")
        reference = str(case.get("id", "")) if isinstance(case, Mapping) else ""
        name = rendered(self.filename, scope) if self.filename else title
        markup = sheet(title, reference, brand, rendered(self.body, scope))
        return {"title": title, "filename": fit_name(name), "markup": markup}


@lru_cache(maxsize=256)
def agreement(title: str, filename: str, body: str) -> Agreement:
    """Raises RenderFailed (`template_syntax`)."""
    template = perforated(body, ENVIRONMENT)
    markup = TypstWriter(template).document(parsed(template.text).children)
    return Agreement(
        title=compiled(ENVIRONMENT, title),
        filename=compiled(ENVIRONMENT, filename) if filename else None,
        body=compiled(ENVIRONMENT, template.filled(markup, _typst_filter)),
    )


def fit_name(name: str) -> str:
    """A file name without folders, without what some file systems refuse, ending in `.pdf`."""
    stem = " ".join(_UNFIT.sub(" ", name).split()).removesuffix(".pdf").strip(". ")[:_LONGEST_NAME]
    return f"{stem or 'document'}.pdf"


def _typst_filter(markup: str, at: int) -> str:
    start = max(0, at - 2000)
    if _AT_LINK.search(markup, start, at):
        return "typst_address_"
    return "typst_string_" if _IN_LINK.search(markup, start, at) else "typst_"
