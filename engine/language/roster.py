"""people.yaml and connections.yaml as they are now: who is away changes daily, and so may a mailbox or a password's
name. A case keeps its own plan; these are for what belongs to no case, or must be known to running ones."""

import logging
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from engine.language.checks import check
from engine.language.connections import Connections
from engine.language.library import Library, workspace_definitions
from engine.language.model import Model
from engine.language.problems import errors
from engine.language.resources import People

log = logging.getLogger("baton.roster")

Stamp = tuple[int, int]
M = TypeVar("M", bound=Model)


@cache
def roster_of(workspace: Path) -> "Live[People]":
    """The one roster of a workspace, so that its file is read once for everybody."""
    return Live(workspace, "people", People)


@cache
def connections_of(workspace: Path) -> "Live[Connections]":
    """The outside systems, mailboxes and senders of a workspace."""
    return Live(workspace, "connections", Connections)


@dataclass
class Live(Generic[M]):
    """A shared file of a workspace, read again when it has changed. A file with mistakes changes nothing."""

    workspace: Path
    name: str
    model: type[M]
    _file: str = ""
    _stamp: Stamp = (0, 0)
    _known: M | None = field(default=None)

    def __call__(self) -> M | None:
        """What the last good file says; None while there has been none."""
        seen = self._look()
        if seen is None:
            return self._known
        stamp = (seen.st_mtime_ns, seen.st_size)
        if stamp != self._stamp:
            self._stamp, self._known = stamp, self._read(Path(self._file)) or self._known
        return self._known

    def _look(self) -> os.stat_result | None:
        """It is asked several times for every mail: where the file lies is found out only when it is not there."""
        for _ in range(2):
            try:
                return os.stat(self._file)  # a third of what a Path takes
            except OSError:
                self._file = str(workspace_definitions(self.workspace) / f"{self.name}.yaml")
        return None

    def _read(self, file: Path) -> M | None:
        library = Library(file.parent, {})
        document = library.shared(self.name)
        if document is None or not isinstance(document.root, self.model):
            return None
        if errors((*check(document, library), *document.source.problems)):
            log.warning("%s has mistakes and is not used: `baton check` shows them", file)
            return None
        return document.root
