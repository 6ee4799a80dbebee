"""A notice that needs nobody to write it: the same news where the renderer was too slow, has died, or cannot."""

from collections.abc import Mapping
from html import escape
from typing import Any

from engine.gateways.rendering import RenderedMail


def digest(scope: Mapping[str, Any]) -> RenderedMail:
    """All that the digest says, as a list."""
    blocks = [[section["title"], *map(_entry, section["entries"])] for section in scope["sections"]]
    return _written(scope["heading"], blocks)


def urgent(scope: Mapping[str, Any], link: str) -> RenderedMail:
    """What cannot wait, and where it is."""
    return _written(f"Urgent: {_line(scope['title'])}", [[f"It belongs to {scope['about']}:", link]])


def _entry(entry: Mapping[str, str]) -> str:
    return f"- {entry['title']}: {entry['about']} {entry['link']}"


def _written(subject: str, blocks: list[list[str]]) -> RenderedMail:
    text = "\n\n".join("\n".join(map(_line, block)) for block in blocks)
    return RenderedMail(_line(subject), f'<pre style="white-space: pre-wrap">{escape(text)}</pre>', f"{text}\n")


def _line(text: str) -> str:
    return " ".join(text.split())
