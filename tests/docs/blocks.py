"""The fenced blocks of the documentation, and the workspace that one page describes."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence)\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block. `kind` is the second word of its info string: process, file or fragment."""

    page: str
    line: int
    language: str
    kind: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [_block(page, text, found) for found in FENCE.finditer(text)]


def _block(page: Path, text: str, found: re.Match[str]) -> Block:
    language, kind, name = (*found["info"].split(), "", "", "")[:3]
    line = text.count("\n", 0, found.start()) + 1
    return Block(page.name, line, language, kind, name, found["text"])


def workspace(folder: Path, blocks: list[Block]) -> Path:
    """The shipped definitions, and over them every file that the blocks show, whole."""
    shutil.copytree(ROOT / "definitions", folder / "definitions")
    (folder / "definitions" / "baton.yaml").rename(folder / "baton.yaml")
    for block in blocks:
        if block.kind in ("file", "process"):
            file = folder / block.name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
    return folder
