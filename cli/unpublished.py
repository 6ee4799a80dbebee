"""Files that say something else than the version that new cases get."""

import sqlite3
from pathlib import Path

from cli.place import settings_of
from cli.problem import UserProblem
from engine.store import quick
from engine.workspace import WorkspaceError


def unpublished(workspace: Path | None) -> tuple[str, ...]:
    """A sentence for each process whose own file has changed since. Only where it costs nothing: the workspace's
    database is a file, and is there."""
    try:
        settings = settings_of(workspace)
        kind, _, path = settings.database_url.partition(":///")
        live = quick.live(Path(path)) if kind == "sqlite" and Path(path).is_file() else {}
    except (
        UserProblem,
        WorkspaceError,
        sqlite3.Error,
    ):  # no workspace, or a database of another release: others say so
        return ()
    folder = settings.workspace / "definitions" / "processes"
    return tuple(
        f"note: {process}.yaml has changed since version {version}, which is live. See: baton diff {process}"
        for process, (version, source) in live.items()
        if (file := folder / f"{process}.yaml").is_file() and file.read_text(encoding="utf-8") != source
    )
