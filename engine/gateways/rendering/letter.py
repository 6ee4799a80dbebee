"""An email template compiled once: Markdown, layout and styles are done before any value is known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from jinja2 import Template

from engine.gateways.rendering.brand import Brand
from engine.gateways.rendering.filters import ENVIRONMENT
from engine.gateways.rendering.holes import Perforated, perforated
from engine.gateways.rendering.html import HtmlWriter, button
from engine.gateways.rendering.layout import page, spare_words
from engine.gateways.rendering.markdown import Node, keeps_breaks, parsed
from engine.gateways.rendering.plain import PlainWriter, wrapped
from engine.gateways.rendering.sandbox import compiled, rendered

_PART = "\x1e"
_IN_ATTRIBUTE = re.compile(r'="[^"<>]*\Z')
_AT_ADDRESS = re.compile(r'(href|src)="\Z')
LINK = "link_"  # the name of the button's address inside a template
LEAVE = "leave_"  # that of the address to unsubscribe


@dataclass(frozen=True)
class LetterSource:
    """`button` is empty where the mail has none; `leave` are the words of the link to unsubscribe, likewise."""

    subject: str
    preheader: str
    button: str
    body: str
    brand: Brand
    leave: str = ""
    locale: str = ""


@dataclass(frozen=True)
class Letter:
    subject: Template
    html: Template
    text: Template

    def filled(self, scope: Mapping[str, Any]) -> dict[str, str]:
        subject = " ".join(rendered(self.subject, scope).split())  # an answer's line break must not reach a header
        return {"subject": subject, "html": rendered(self.html, scope), "text": wrapped(rendered(self.text, scope))}


@lru_cache(maxsize=256)
def letter(source: LetterSource) -> Letter:
    """Raises RenderFailed (`template_syntax`)."""
    label = source.button and f"{source.button}{_PART}${{ {LINK} }}"
    head = " ".join(source.preheader.split())
    leave = source.leave and f"${{ {LEAVE} }}"
    template = perforated(f"{head}{_PART}{label or _PART}{_PART}{leave}{_PART}{source.body}", ENVIRONMENT)
    return Letter(
        subject=compiled(ENVIRONMENT, source.subject),
        html=compiled(ENVIRONMENT, template.filled(_html(template, source), _html_filter)),
        text=compiled(ENVIRONMENT, template.filled(_text(template, source), lambda text, at: "text_")),
    )


def _html(template: Perforated, source: LetterSource) -> str:
    preheader, label, link, leave, body = template.text.split(_PART)
    writer = HtmlWriter(template)
    before, after = _around_button(parsed(body).children)
    content = [writer.document(before)]
    if label:
        content.append(button(link, escape(label)))
    content.append(writer.document(after))
    if label:
        content.append(f'<p class="spare">{spare_words(source.locale)}<br><a href="{link}">{link}</a></p>')
    return page(source.brand, escape(preheader), "\n".join(content), leave, source.leave, source.locale)


def _text(template: Perforated, source: LetterSource) -> str:
    _, label, link, leave, body = template.text.split(_PART)
    writer = PlainWriter(template)
    before, after = _around_button(parsed(body).children)
    parts = [writer.document(before), f"{label}:\n{link}" if label else "", writer.document(after)]
    way_out = f"\n{source.leave}:\n{leave}" if leave else ""
    footer = "\n".join(("-- ", source.brand.name, source.brand.footer)) + way_out
    return "\n\n".join(part for part in (*parts, footer) if part)


def _around_button(nodes: list[Node]) -> tuple[list[Node], list[Node]]:
    """What comes before the button, and the greeting that comes after it."""
    closes = bool(nodes) and nodes[-1].type == "paragraph" and keeps_breaks(nodes[-1].children[0])
    return (nodes[:-1], nodes[-1:]) if closes else (nodes, [])


def _html_filter(html: str, at: int) -> str:
    if _AT_ADDRESS.search(html, max(0, at - 10), at):
        return "address_"
    return "attribute_" if _IN_ATTRIBUTE.search(html, max(0, at - 2000), at) else "html_"
