"""A new name for a step, wherever its file names it."""

import re

from engine.editor.known import step_places
from engine.editor.open_files import View
from engine.editor.pointed import pointed, texts, tokens
from engine.language.nodes import Place
from engine.language.problems import Fix


class CannotRename(Exception):  # noqa: N818 - named as it is said
    """Why not, in the author's words."""


def renamed(view: View, line: int, column: int) -> tuple[str, Place] | None:
    """The step at a place, counted from 0, and where its name stands there; None where there is none."""
    token = pointed(view, line, column)
    if token is not None:
        is_step = len(token.path) == 2 and token.path[0] == "steps" and token.name in step_places(view)
        return (token.name, token.place) if is_step else None
    for name, place in step_places(view).items():
        if name and place.line == line + 1 and 0 <= column + 1 - place.column <= len(name):
            return name, place
    return None


def rename(view: View, line: int, column: int, new: str) -> list[Fix]:
    """What changes in the file. Raises CannotRename."""
    found = renamed(view, line, column)
    if found is None:
        raise CannotRename("only steps can be renamed: point at the `id` of one")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", new):
        raise CannotRename(f"`{new}` cannot be an id: use small letters, digits and `_`, and begin with a letter")
    if new in step_places(view):
        raise CannotRename(f"there is a step `{new}` already")
    places = [step_places(view)[found[0]], *_read(view, found[0]), *_undone(view, found[0])]
    lines = view.text.split("\n")
    return [Fix(p.line, _inside_quotes(lines, p, found[0]), len(found[0]), new) for p in dict.fromkeys(places)]


def _read(view: View, name: str) -> list[Place]:
    """Where expressions read the step."""
    every = (token for text in texts(view) for token in tokens(view, text))
    return [token.place for token in every if token.path == ("steps", name)]


def _undone(view: View, name: str) -> list[Place]:
    """`undo` names a group as it is."""
    steps = [s for s in view.document.steps if getattr(s, "type", "") == "undo" and getattr(s, "group", "") == name]
    return [view.document.place(step, "group") for step in steps]


def _inside_quotes(lines: list[str], place: Place, name: str) -> int:
    at = lines[place.line - 1].find(name, place.column - 1)
    return at + 1 if at >= 0 else place.column
