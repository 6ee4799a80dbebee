"""Every table of the commands: text, as wide as the terminal. Standard library only, for `baton status`."""

import shutil
import sys
import unicodedata
from collections.abc import Sequence

GAP = "  "
LEAST = 8  # characters that a column keeps when there is no room


def bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if sys.stdout.isatty() else text


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Header and rows below each other. In a terminal the widest cells are cut to fit; elsewhere nothing is."""
    cells = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    if sys.stdout.isatty():
        widths = _fitting(widths, shutil.get_terminal_size().columns - len(GAP) * (len(widths) - 1))
    first, *rest = [GAP.join(_padded(c, w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([bold(first), *rest])


def _fitting(widths: list[int], room: int) -> list[int]:
    fitting = list(widths)
    while sum(fitting) > room and max(fitting) > LEAST:
        fitting[fitting.index(max(fitting))] -= 1
    return fitting


def _padded(text: str, width: int) -> str:
    while _width(text) > width:
        text = f"{text[:-2]}…"
    return text + " " * (width - _width(text))


_JOINERS = "\u200c\u200d"  # parts of Persian and Hindi words, and of emoji


def _width(text: str) -> int:
    """Columns of a terminal: some characters take two, some none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def printable(text: str) -> str:
    """No control character of a client's name reaches the terminal; what somebody wrote in several lines is one."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else " " if c in "\r\n\t" else "\ufffd" for c in text)
