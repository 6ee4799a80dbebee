"""How wide text is in a sans-serif font, and text broken into lines that fit.

A picture is made where its font is not known: the widths are those of Arial,
and a little more, so that the fonts that stand in for it fit too.
"""

import unicodedata
from functools import lru_cache

_SPARE = 1.07
_BOLD = 1.07
_WIDTHS = {
    222: "'ijl", 260: "|", 278: " !,./:;\\[]ft·I", 333: "()-`r“”", 334: "{}", 355: '"', 389: "*",
    500: "Jckvxyzs", 556: "#$_0123456789?Labdeghnopqu", 584: "+<=>~→", 611: "FTZ", 667: "&ABEKPSVXY",
    722: "CDHNRUw", 778: "GOQ", 833: "Mm", 889: "%", 944: "W", 1000: "—…", 1015: "@",
}  # fmt: skip
_SAME = {"\N{LEFT SINGLE QUOTATION MARK}": 222, "\N{RIGHT SINGLE QUOTATION MARK}": 222, "\N{EN DASH}": 556}
_WIDTH_OF = {character: width for width, characters in _WIDTHS.items() for character in characters} | _SAME


@lru_cache(maxsize=8192)
def width(text: str, size: float, bold: bool = False) -> float:
    """The width in pixels, rather too much than too little."""
    return sum(map(_unit, text)) / 1000 * size * _SPARE * (_BOLD if bold else 1)


def _unit(character: str) -> int:
    known = _WIDTH_OF.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0
    return 1050 if unicodedata.east_asian_width(character) in "WF" or ord(character) > 0xFFFF else 667


def wrapped(text: str, room: float, size: float, *, bold: bool = False, most: int = 99) -> tuple[str, ...]:
    """The lines of a text in a column `room` wide; beyond `most` lines it ends in an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        for piece in _pieces(word, room, size, bold):
            joined = f"{lines[-1]} {piece}" if lines and piece is not None else piece
            if lines and width(joined, size, bold) <= room:
                lines[-1] = joined
            else:
                lines.append(piece)
    if len(lines) > most:
        lines = [*lines[: most - 1], _shortened(lines[most - 1], room, size, bold)]
    return tuple(lines)


def _pieces(word: str, room: float, size: float, bold: bool) -> list[str]:
    """A word that is too long for a line, in pieces that fit."""
    pieces = [""]
    for character in word:
        if pieces[-1] and width(pieces[-1] + character, size, bold) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _shortened(line: str, room: float, size: float, bold: bool) -> str:
    while line and width(f"{line} …", size, bold) > room:
        line = line[:-1]
    return f"{line.rstrip()} …"
