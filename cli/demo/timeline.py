"""The demo as it is seen: a line for each thing that happens, and what is waited for below them."""

import re
import time
from io import StringIO
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.terminal_theme import TerminalTheme
from rich.text import Text

WIDE = 102  # columns of the picture, and of what is no terminal: no line must wrap there
NARROW = 96  # below it there is no room for the column that says how

COLOURS = {
    "You": "blue",
    "Baton": "cyan",
    "Ann": "green",
    "CRM": "magenta",
    "Calendar": "magenta",
    "Product": "magenta",
}
STAFF = "yellow"

_DAWN = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [
        (72, 79, 88),
        (255, 123, 114),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (177, 186, 196),
    ],
)


class Timeline:
    """Tells the story on a terminal with a pulse, elsewhere in plain lines; keeps a copy for a picture."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._copy = Console(record=True, width=WIDE, force_terminal=True, file=StringIO(), color_system="truecolor")
        self._status = Status("", console=console, spinner_style="cyan")
        self._began = time.monotonic()

    def __enter__(self) -> "Timeline":
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def title(self, text: str, below: str) -> None:
        self._print(Text.assemble("\n", (text, "bold")))
        self._print(Text(f"{below}\n", "dim"))

    def chapter(self, name: str) -> None:
        self._print(Text.assemble(("● ", "bold cyan"), (name, "bold")))

    def tell(self, who: str, what: str, how: str = "") -> None:
        """Something has happened: who did what, and through which door."""
        self._print(self._line(who, what, how), self._line(who, what, how, WIDE))

    def awaiting(self, what: str) -> None:
        """What comes next: shown in a terminal until it has come."""
        self._status.update(Text(what, "dim"))

    def say(self, text: Text, *, pictured: bool = True) -> None:
        """Something beside the timeline. Only what is `pictured` stands in the picture."""
        self._console.print(text, highlight=False, soft_wrap=True)
        if pictured:
            self._copy.print(text, highlight=False)

    def save(self, file: Path, title: str) -> None:
        """The picture of what was told, as SVG that loads nothing from elsewhere."""
        svg = self._copy.export_svg(title=title, theme=_DAWN)
        svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
        file.write_text(re.sub(r"Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono", svg))

    def _print(self, line: Text | Table, pictured: Text | Table | None = None) -> None:
        self._console.print(line, highlight=False)
        self._copy.print(pictured or line, highlight=False)

    def _line(self, who: str, what: str, how: str, width: int = 0) -> Table:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for size in (7, 8, 50):
            grid.add_column(width=size)
        clock = Text.assemble(("│ ", "cyan"), (f"{self.seconds:4.1f}s", "dim"))
        cells = [clock, Text(who, f"bold {COLOURS.get(who, STAFF)}"), Text(what)]
        if (width or self._console.width) >= NARROW:
            grid.add_column(no_wrap=True)
            cells.append(Text(how, "dim"))
        grid.add_row(*cells)
        return grid
