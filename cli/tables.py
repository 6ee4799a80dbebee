"""Tables for people. (`baton status` has its own: it cannot wait for Rich to load.)"""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

WIDE = 220  # columns where nobody looks: a pipe or a file must not wrap


def console() -> Console:
    return Console(highlight=False) if sys.stdout.isatty() else Console(width=WIDE, highlight=False, no_color=True)


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """A quiet table; every cell is plain text, whatever it holds."""
    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*(escape(cell) for cell in row))
    return shown
