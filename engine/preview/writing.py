"""A retelling as text for a terminal, and as Markdown."""

import textwrap
from collections.abc import Iterable, Iterator

from engine.preview.retelling import Item, Retelling

WIDTH = 96  # columns that one reads without losing the line
_INDENT = 4


def as_text(told: Retelling) -> str:
    lines = [told.title, "=" * len(told.title), "", *_wrapped(" ".join(told.lines), "")]
    for section in told.sections:
        lines += ["", section.title, "-" * len(section.title), ""]
        lines += [line for item in section.items for line in _text(item, "")]
    return "\n".join(lines).rstrip() + "\n"


def _text(item: Item, indent: str) -> Iterator[str]:
    if not item.title:
        yield from _wrapped(" ".join(item.lines), indent, "- ")
        return
    head = f"{item.number}. " if item.number else ""
    inner = indent + " " * max(len(head), 2 * (not item.number))
    yield f"{indent}{head}{item.title}{'' if item.number else ':'}"
    yield from _wrapped(" ".join(item.lines), inner)
    for below in item.items:
        yield from _text(below, inner)
    if not indent:
        yield ""


def _wrapped(text: str, indent: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent + mark,
        subsequent_indent=indent + " " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_markdown(told: Retelling) -> str:
    lines = [f"# {told.title}", "", " ".join(told.lines)]
    for section in told.sections:
        lines += ["", f"## {section.title}", "", *_items(section.items, "")]
    return "\n".join(lines).rstrip() + "\n"


def _items(items: Iterable[Item], indent: str) -> Iterator[str]:
    for item in items:
        head = f"**{item.number}{' ' * bool(item.number)}{item.title}**  " if item.title else ""
        yield f"{indent}- {head}{' '.join(item.lines)}".rstrip()
        yield from _items(item.items, indent + " " * _INDENT)
