"""people.yaml as it is now: who is away changes daily, and a new colleague must be known to running cases."""

import logging
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from engine.language.checks import check
from engine.language.library import Library, workspace_definitions
from engine.language.problems import errors
from engine.language.resources import People

log = logging.getLogger("baton.roster")

Stamp = tuple[int, int]


@cache
def roster_of(workspace: Path) -> "Roster":
    """The one roster of a workspace, so that its file is read once for everybody."""
    return Roster(workspace)


@dataclass
class Roster:
    """The people of a workspace, read again when the file has changed. A file with mistakes changes nothing."""

    workspace: Path
    _stamp: Stamp = (0, 0)
    _people: People | None = field(default=None)

    def __call__(self) -> People | None:
        """Everybody, as the last good file says; None while there has been none."""
        file = workspace_definitions(self.workspace) / "people.yaml"
        try:
            seen = file.stat()
        except OSError:
            return self._people
        stamp = (seen.st_mtime_ns, seen.st_size)
        if stamp != self._stamp:
            self._stamp, self._people = stamp, self._read(file) or self._people
        return self._people

    def _read(self, file: Path) -> People | None:
        library = Library(file.parent, {})
        document = library.shared("people")
        if document is None or not isinstance(document.root, People):
            return None
        if errors((*check(document, library), *document.source.problems)):
            log.warning("%s has mistakes and is not used: `baton check` shows them", file)
            return None
        return document.root
