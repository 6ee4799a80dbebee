"""HTML as text: what a person would read, quotations marked with `>`; nothing of it is ever shown as HTML."""

import re
from html.parser import HTMLParser

from engine.gateways.parsing.tolerance import TooLong, within

LONGEST = 2_000_000
SECONDS = 2.0

FORWARDED = "-----Original Message-----"
"""The line that stands where Outlook begins to quote: it marks only the beginning."""


def _words(written: str) -> frozenset[str]:
    return frozenset(written.split())


_BLOCKS = _words(
    "address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "li main nav ol p pre section table tbody tfoot thead tr ul"
)
_APART = _words("p h1 h2 h3 h4 h5 h6 blockquote table ul ol")
_UNSEEN = frozenset(("script", "style", "head", "title", "template", "noscript", "svg", "object"))
_VOID = _words("area base br col embed hr img input link meta param source track wbr")
_QUOTES = re.compile(r"\b(gmail_quote|yahoo_quoted|protonmail_quote|moz-cite-prefix|zmail_extra|tutanota_quote)\b")
_BEGINS_QUOTE = re.compile(r"(divRplyFwdMsg|appendonsend|replySplit|mail-editor-reference-message-container)", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_TAG = re.compile(r"<[^<>]{0,10000}>")
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_DEEPEST = 9  # levels of quotation that are told apart


def page_text(page: str) -> str:
    """The text of a page."""
    page = page[:LONGEST]
    return within(SECONDS, lambda: _read(page), lambda: _roughly(page))


def _read(page: str) -> str:
    reader = _Reader()
    try:
        reader.feed(page)
        reader.close()
    except TooLong:
        raise
    except Exception:  # an edge: the library asserts, and raises what it likes at broken declarations
        return _roughly(page)
    return reader.text() or _roughly(page)


def _roughly(page: str) -> str:
    """Everything that stands between the tags."""
    return "\n".join(line for part in _TAG.split(page) if (line := _SPACE.sub(" ", part).strip()))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._open: list[tuple[str, str]] = []  # elements that are open, with what they mean: quote, unseen, nothing
        self._unseen = self._depth = 0
        self._link: tuple[str, int] | None = None

    def text(self) -> str:
        self._break()
        lines = [line.rstrip() for line in self._lines]
        kept = [line for at, line in enumerate(lines) if line.strip("> ") or (at and lines[at - 1].strip("> "))]
        return "\n".join(kept).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        meaning = self._meaning(tag, about)
        if tag in _BLOCKS:
            self._break(apart=tag in _APART)
        if tag not in _VOID and (meaning or tag in _BLOCKS or tag == "a"):
            self._enter(tag, meaning)
        self._show(tag, about)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._show(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        if tag in _BLOCKS:
            self._break(apart=tag in _APART)
        for at in range(len(self._open) - 1, max(-1, len(self._open) - 50), -1):
            if self._open[at][0] == tag:
                for _, meaning in self._open[at:]:
                    self._leave(meaning)
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        words = _SPACE.sub(" ", data)
        self._line += words.lstrip() if not self._line or self._line.endswith(" ") else words

    def _meaning(self, tag: str, about: dict[str, str]) -> str:
        if tag in _UNSEEN or _HIDDEN.search(about.get("style", "")):
            return "unseen"
        if tag == "blockquote" or _QUOTES.search(about.get("class", "")):
            return "quote"
        return ""

    def _enter(self, tag: str, meaning: str) -> None:
        self._open.append((tag, meaning))
        self._unseen += meaning == "unseen"
        self._depth += meaning == "quote"

    def _leave(self, meaning: str) -> None:
        if meaning == "quote":
            self._break()
        self._unseen -= meaning == "unseen"
        self._depth -= meaning == "quote"

    def _show(self, tag: str, about: dict[str, str]) -> None:
        if self._unseen:
            return
        if _BEGINS_QUOTE.search(about.get("id", "")):
            self._break()
            self._lines.append(FORWARDED)
        if tag == "br":
            self._break()
        elif tag == "li":
            self._line += "- "
        elif tag in ("td", "th") and self._line:
            self._line += " "
        elif tag == "img":
            self._line += about.get("alt", "")[:200]
        elif tag == "a":
            self._link = (about.get("href", ""), len(self._line))

    def _end_link(self) -> None:
        """The address behind a link's words, where it is another one."""
        (address, began), self._link = self._link or ("", 0), None
        said = self._line[began:].strip()
        if address.lower().startswith(("http://", "https://")) and said and said.rstrip("/") not in address:
            self._line += f" ({address[:2000]})"

    def _break(self, apart: bool = False) -> None:
        quoted = "> " * min(self._depth, _DEEPEST)
        if self._line.strip():
            self._lines.append(quoted + self._line.strip())
        elif self._lines and self._lines[-1].strip():
            apart = True
        self._line = ""
        if apart and self._lines and self._lines[-1].strip("> "):
            self._lines.append(quoted.rstrip())
