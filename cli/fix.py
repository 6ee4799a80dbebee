"""`baton fix`."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from cli.checked import Asked, asked, relative
from cli.options import Workspace, group
from cli.problem import UserProblem
from engine.editor.fixing import Repaired, repair
from engine.language.problems import errors

app = group()


@app.command(epilog="Examples: baton fix --dry-run | baton fix client-onboarding")
def fix(
    what: Asked = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    workspace: Workspace = None,
) -> None:
    """Apply the repairs that are certain, and show them. Comments and layout stay; what is left `baton check` shows."""
    check = asked(what, workspace)
    done = repair(lambda buffers: check(buffers).problems)
    for path, text in done.after.items():
        typer.echo("".join(_changes(path, done.before[path], text)))
        if not dry_run:
            _write(path, text)
    typer.echo(_summary(done, dry_run))
    if errors(done.left):
        raise typer.Exit(1)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:  # line ends stay what they are
            file.write(text)
    except OSError as problem:
        raise UserProblem(f"{relative(path)} cannot be written: {problem.strerror}") from problem


def _changes(path: Path, before: str, after: str) -> Iterator[str]:
    name = relative(path)
    old, new = ([line.rstrip("\r\n") + "\n" for line in text.splitlines(keepends=True)] for text in (before, after))
    return unified_diff(old, new, name, name, n=1)


def _summary(done: Repaired, dry_run: bool) -> str:
    count, left = len(done.applied), len(done.left)
    verb = "would be repaired" if dry_run else "repaired"
    said = f"{count} finding{'' if count == 1 else 's'} {verb}" if count else "nothing that can be repaired for certain"
    return said + (f"; {left} left, see `baton check`" if left else "")
