"""The files that an editor has open, and what is known about each of them."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from engine.editor.flow import closing
from engine.editor.scopes import scopes, template_scope
from engine.editor.spot import NOWHERE, Spot, spot
from engine.language.compiler import check_file
from engine.language.document import Document, Leaf, Registry
from engine.language.library import FOLDERS, SHARED, Library, definitions_around
from engine.language.model import Model
from engine.language.problems import Problem
from engine.language.types import Record

SUFFIXES = (".yaml", ".md", ".csv")


@dataclass
class View:
    """One file as it is now. Lines and columns of a place count from 0, in characters."""

    path: Path
    text: str
    library: Library

    @cached_property
    def document(self) -> Document:
        return self.library.file(self.path)

    @property
    def model(self) -> type[Model]:
        return self.library.model_of(self.path, self.document.source.root)

    @cached_property
    def scopes(self) -> list[tuple[Leaf, Record]]:
        return scopes(self.document, self.library)

    @cached_property
    def template(self) -> Record:
        """What a mail or a document may use."""
        return template_scope(self.path, self.document, self.library)

    def spot(self, line: int, column: int) -> Spot:
        """Tables have no keys to speak of."""
        return NOWHERE if self.path.suffix == ".csv" else spot(self.text, line, column)

    def offset(self, line: int, column: int) -> int:
        """Where a place is in the text that was read."""
        starts = self.document.source.starts
        return starts[min(line, len(starts) - 1)] + column

    def leaf(self, line: int, column: int) -> Leaf | None:
        """The text that stands at a place."""
        at = self.offset(line, column)
        leaves = (leaf for found in self.document.leaves.values() for leaf in found)
        return next((leaf for leaf in leaves if leaf.node.start <= at <= leaf.node.end), None)

    def scope(self, line: int, column: int) -> Record | None:
        """What an expression may read at a place."""
        if self.path.suffix == ".md":
            return self.template
        at = self.offset(line, column)
        found = (scope for leaf, scope in self.scopes if leaf.node.start <= at <= leaf.node.end)
        return next(found, None)


@dataclass
class OpenFiles:
    """`texts` are read instead of what is on the disk."""

    registry: Registry
    texts: dict[Path, str] = field(default_factory=dict)
    _views: dict[Path, View] = field(default_factory=dict)

    def put(self, path: Path, text: str) -> None:
        self.texts[path] = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.forget()

    def close(self, path: Path) -> None:
        self.texts.pop(path, None)
        self.forget()

    def forget(self) -> None:
        """Something has changed, here or on the disk."""
        self._views.clear()

    def ours(self, path: Path) -> bool:
        """Whether a file is a definition: editors show us every YAML file that they open."""
        if path.suffix not in SUFFIXES or path.name == "baton.yaml":
            return False
        folder = definitions_around(path)
        if path.parent.name in FOLDERS or (path.parent == folder and path.stem in SHARED):
            return path.is_relative_to(folder)
        return path.suffix == ".yaml" and bool(re.search(r"^(language|process) *:", self.texts.get(path, ""), re.M))

    def view(self, path: Path) -> View:
        if path not in self._views:
            self._views[path] = self._made(path, self.texts.get(path, ""))
        return self._views[path]

    def lines(self, path: Path) -> list[str]:
        """The lines of a file, open or not."""
        text = self.texts.get(path)
        return (path.read_text(encoding="utf-8", errors="replace") if text is None else text).split("\n")

    def healed(self, view: View, line: int, column: int) -> View:
        """The file with something in place of what is being typed, so that the rest of it can be read."""
        found, lines = view.spot(line, column), view.text.split("\n")
        written = lines[line] if line < len(lines) else ""
        lines[line : line + 1] = [written[: found.start] + "x" + closing(written[: found.start])]
        return self._made(view.path, "\n".join(lines))

    def _made(self, path: Path, text: str) -> View:
        library = Library(definitions_around(path), self.registry, buffers={**self.texts, path: text})
        return View(path, text, library)

    def problems(self, path: Path) -> dict[Path, list[Problem]]:
        """The findings of a file and of those that it uses, by file. Of a file that serves processes: theirs too."""
        found: dict[Path, list[Problem]] = {path: []}
        for checked in (path, *self._users(path)):
            folder = definitions_around(checked)
            for problem in check_file(checked, self.registry, self.texts):
                file = (folder / problem.file).resolve()
                if problem not in found.setdefault(file, []):
                    found[file].append(problem)
        return found

    def _users(self, path: Path) -> list[Path]:
        """Processes that name a file; a few are enough to say what is wrong with it."""
        library = Library(definitions_around(path), self.registry, buffers=self.texts)
        if path.parent.name in ("processes", "tests") or path.parent.name not in FOLDERS or path.stem in SHARED:
            return []
        names = library.mentioning("processes", path.stem)[:5]
        found = [library.path("processes", name) for name in names]
        return [user for user in found if user is not None and user != path]
