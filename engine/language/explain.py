"""What each finding means, why it is asked for, and how it is put right: `baton explain E031`.

The pages are text: `explain.md` beside this module.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PAGE = re.compile(
    r"(?P<code>[EW]\d{3}) (?P<title>[^\n]+)\n\n(?P<why>.+?)\n\n"
    r"```\w+ wrong\n(?P<wrong>.+?)```\n\n```\w+ right\n(?P<right>.+?)```\s*",
    re.DOTALL,
)


FAMILIES = {
    "01": "Reading a file",
    "02": "Keys and types",
    "03": "Names and expressions",
    "04": "Time",
    "05": "Waits and messages",
    "06": "What runs after what",
    "07": "Files and connections",
    "08": "People",
    "09": "Running cases",
    "10": "Decisions",
    "11": "Scenario tests",
    "12": "Secrets",
    "13": "Mailboxes",
    "14": "Mail in processes",
}
"""By the first two digits of a code; a warning belongs to the errors of its number."""


@dataclass(frozen=True)
class Page:
    """`why` is a paragraph of Markdown; `wrong` and `right` are lines of a definition."""

    code: str
    title: str
    why: str
    wrong: str
    right: str


@cache
def pages() -> dict[str, Page]:
    """All pages by their codes, in order."""
    text = Path(__file__).with_name("explain.md").read_text(encoding="utf-8")
    written = (_PAGE.fullmatch(page) for page in text.split("\n## ")[1:])
    return {match["code"]: Page(**match.groupdict()) for match in written if match}


def explain(code: str) -> Page | None:
    """The page of a code, however it is typed (`e031`); None where there is no such code."""
    return pages().get(code.strip().upper())


def families() -> dict[str, tuple[Page, ...]]:
    """All pages by the names of their families, each in the order of their numbers."""
    found = sorted(pages().values(), key=lambda page: (page.code[1:], page.code))
    named = {name: tuple(p for p in found if p.code[1:3] == digits) for digits, name in FAMILIES.items()}
    return {name: members for name, members in named.items() if members}


def show(page: Page) -> str:
    """The page as a terminal shows it."""
    wrong, right = (_indented(text) for text in (page.wrong, page.right))
    return f"{page.code}: {page.title}\n\n{page.why}\n\nWrong:\n\n{wrong}\n\nRight:\n\n{right}\n"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.rstrip().split("\n"))
