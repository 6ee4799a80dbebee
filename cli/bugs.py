"""Our own mistakes: written down where the user can find them."""

import os
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from engine.workspace import WorkspaceError, find, kept


def write_down() -> str:
    """Write the exception that is being handled to a file; the sentence that says so."""
    file = _folder() / f"bug-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.log"
    file.write_text(traceback.format_exc(), encoding="utf-8")
    return f"baton: this is a mistake in Baton, not yours. What happened is in {file}"


def _folder() -> Path:
    """The workspace's logs; a temporary folder outside a workspace."""
    try:
        folder = kept(find(Path.cwd())) / "logs"
        folder.mkdir(exist_ok=True)
    except (WorkspaceError, OSError):
        return Path(tempfile.mkdtemp(prefix="baton-"))
    return folder
