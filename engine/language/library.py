"""The files of a workspace, read on demand and once: forms, mails, people and the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from engine.language.connections import Connections
from engine.language.document import Document, Registry
from engine.language.model import Model
from engine.language.nodes import Table
from engine.language.problems import Problem
from engine.language.process import Process
from engine.language.reader import read
from engine.language.resources import Calendar, Checklist, DecisionTable, DocumentTemplate, EmailTemplate, Form, People
from engine.language.scenario import Tests
from engine.language.source import MAX_SIZE, load_file

Buffers = Mapping[Path, str]
"""Files that are read as this text instead of what is on the disk: not saved yet, or only tried."""


class Kind(NamedTuple):
    """One folder of definitions. `own` is the key that repeats the file's name."""

    suffix: str
    model: type[Model]
    own: str = ""


FOLDERS = {
    "tests": Kind(".yaml", Tests, "tests"),  # before processes: a file of tests names its process
    "processes": Kind(".yaml", Process, "process"),
    "forms": Kind(".yaml", Form, "form"),
    "emails": Kind(".md", EmailTemplate),
    "documents": Kind(".md", DocumentTemplate),
    "checklists": Kind(".yaml", Checklist, "checklist"),
    "tables": Kind(".csv", DecisionTable),
    "calendars": Kind(".yaml", Calendar, "calendar"),
}
SHARED: dict[str, type[Model]] = {"people": People, "connections": Connections}


def workspace_definitions(workspace: Path) -> Path:
    """The folder with processes/, forms/ ...: `definitions`, or the workspace itself where there is none."""
    inside = workspace / "definitions"
    return inside if inside.is_dir() else workspace


def definitions_around(path: Path) -> Path:
    """The folder of definitions that a file belongs to; for a file outside a workspace, the folder it lies in."""
    path = path.resolve()
    for folder in path.parents:
        if (folder / "baton.yaml").is_file():
            return workspace_definitions(folder)
    return path.parent.parent if path.parent.name in FOLDERS else path.parent


@dataclass
class Library:
    """`folder` holds forms/, emails/, people.yaml ...; a process may also lie directly in it."""

    folder: Path
    registry: Registry
    read_files: dict[Path, Document] = field(default_factory=dict)
    checked: set[Path] = field(default_factory=set)  # files whose own findings are in their sources
    found: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)  # what was asked of all texts
    listed: dict[str, dict[str, Path]] = field(default_factory=dict)  # kind -> its files by name, looked up once
    buffers: Buffers = field(default_factory=dict)

    def names(self, kind: str) -> tuple[str, ...]:
        return tuple(sorted(self._places(kind)))

    def get(self, kind: str, name: str) -> Document | None:
        """A definition by its name; None where there is no such file."""
        path = self.path(kind, name)
        return self.file(path) if path else None

    def path(self, kind: str, name: str) -> Path | None:
        """Where a definition stands; None where there is no such file."""
        return self._places(kind).get(name)

    def mentioning(self, kind: str, word: str) -> tuple[str, ...]:
        """The definitions in whose text a word stands."""
        if (kind, word) not in self.found:
            wanted, places = word.encode(), self._places(kind)
            self.found[kind, word] = tuple(sorted(n for n, p in places.items() if wanted in self._content(p)))
        return self.found[kind, word]

    @cached_property
    def elsewhere(self) -> "Library":
        """The same files, read by somebody else: what is wrong with them is not said here."""
        return Library(self.folder, self.registry, buffers=self.buffers)

    def shared(self, name: str) -> Document | None:
        """people.yaml or connections.yaml; None where there is no such file."""
        path = self.folder / f"{name}.yaml"
        return self.file(path) if path.is_file() else None

    def file(self, path: Path) -> Document:
        if path not in self.read_files:
            self.read_files[path] = self._read(path)
        return self.read_files[path]

    def problems(self) -> Iterator[Problem]:
        """What the files read so far have to say."""
        for document in self.read_files.values():
            yield from document.source.problems

    def _read(self, path: Path) -> Document:
        source = load_file(self._content(path), self.shown(path), page=path.suffix == ".md")
        return read(source, self.model_of(path, source.root), self.registry)

    def _content(self, path: Path) -> bytes:
        """As much of a file as is ever read."""
        if path in self.buffers:
            return self.buffers[path].encode(errors="replace")
        with path.open("rb") as opened:
            return opened.read(MAX_SIZE + 1)

    def shown(self, path: Path) -> str:
        """The file as findings name it: below the definitions where it is there."""
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else str(path)

    def model_of(self, path: Path, root: object) -> type[Model]:
        if path.parent == self.folder and path.stem in SHARED:
            return SHARED[path.stem]
        if path.parent.name in FOLDERS:
            return FOLDERS[path.parent.name].model
        written = {e.key.text for e in root.entries} if isinstance(root, Table) else set()
        return next((k.model for k in FOLDERS.values() if k.own in written), Process)

    def _places(self, kind: str) -> dict[str, Path]:
        """The files of a kind by name; what lies in its folder goes before what lies beside it."""
        if kind not in self.listed:
            folder, suffix = self.folder / kind, FOLDERS[kind].suffix
            found = sorted(self.folder.glob("*.yaml")) if kind == "processes" else []
            found = [p for p in found if p.stem not in (*SHARED, "baton")]
            found += sorted(folder.iterdir()) if folder.is_dir() else []
            self.listed[kind] = {p.stem: p for p in found if p.suffix == suffix and p.is_file()}
        return self.listed[kind]
