"""A workspace: the folder that holds baton.yaml, its definitions, and what Baton keeps in `.baton`."""

import os
import shutil
from pathlib import Path

import engine

FILE = "baton.yaml"
KEPT = ".baton"
IGNORED = "# What Baton keeps while it runs: database, mails, logs, the key of the links\n.baton/\n"


class WorkspaceError(Exception):
    """The workspace is not there, or cannot be made; the message names the way out."""


def shipped() -> Path:
    """The definitions that come with Baton: beside the `engine` package, in a checkout and when installed."""
    return Path(engine.__file__).resolve().parent.parent / "definitions"


def find(start: Path) -> Path:
    """The workspace that `start` is in: the nearest folder upwards that holds baton.yaml."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    raise WorkspaceError(
        f"there is no {FILE} in {here} or above it. Go to your workspace, name it with --workspace DIR, "
        "or make one with `baton init DIR`"
    )


def kept(workspace: Path) -> Path:
    """The folder for what Baton keeps; made at first use, closed to others."""
    folder = workspace / KEPT
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def create(folder: Path) -> tuple[Path, ...]:
    """Make a workspace with the shipped example; the files written, relative to it.

    Nothing that is there is overwritten: a folder that already is a workspace
    is refused with WorkspaceError.
    """
    source = shipped()
    if not source.is_dir():
        raise WorkspaceError(f"the definitions that come with Baton are missing at {source}; install Baton again")
    if (folder / FILE).exists() or (folder / "definitions").exists():
        raise WorkspaceError(f"{folder} already is a workspace; choose another folder, or use it as it is")
    try:
        return _copy(source, folder)
    except OSError as problem:
        raise WorkspaceError(f"cannot write to {folder}: {problem.strerror}. Choose another folder") from problem


def _copy(source: Path, folder: Path) -> tuple[Path, ...]:
    written = []
    for file in sorted(_files(source)):
        name = Path(FILE) if file.name == FILE else Path("definitions") / file.relative_to(source)
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        written.append(name)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text(IGNORED)
        written.append(Path(".gitignore"))
    return tuple(written)


def _files(source: Path) -> list[Path]:
    return [p for p in source.rglob("*") if p.is_file() and "__pycache__" not in p.parts and p.suffix != ".py"]


def secret_key(workspace: Path) -> bytes:
    """The key that links are made with: 32 bytes in `.baton/key`, made at first use.

    Two processes may come here at once: the file appears whole or not at all,
    and the first one wins.
    """
    file = kept(workspace) / "key"
    if not file.exists():
        draft = file.with_name(f"key.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(os.urandom(32))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_bytes()
