"""Where the thing is written that a cursor points at."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.editor.known import TOP, find, own_names
from engine.editor.meaning import Meaning, meaning, word
from engine.editor.open_files import View
from engine.editor.pointed import pointed
from engine.language.connections import Connections
from engine.language.document import Document
from engine.language.fields import Reference, Text
from engine.language.nodes import Place, Table
from engine.language.resources import Form


@dataclass(frozen=True)
class Target:
    file: Path
    place: Place


def definition(view: View, line: int, column: int) -> Target | None:
    """Line and column count from 0; None where nothing leads anywhere."""
    token = pointed(view, line, column)
    if token is not None:
        return _name(view, token.path)
    spot = view.spot(line, column)
    if spot.kind not in ("value", "item"):
        return None
    found = meaning(spot, view.model, view.library.registry)
    written = view.text.split("\n")[line][spot.start : spot.end].strip("\"' ")
    return _value(view, found, written)


def _name(view: View, path: tuple[str, ...]) -> Target | None:
    """The longest part of a path that is written somewhere."""
    if len(path) > 3 and path[0] == "steps" and path[2] == "answers" and (answer := _answer(view, path[1], path[3])):
        return answer
    place = own_names(view, path[0]).get(path[1]) if len(path) > 1 else None
    return Target(view.path, place) if place else None


def _answer(view: View, step: str, name: str) -> Target | None:
    form = next((getattr(s, "form", None) for s in view.document.steps if getattr(s, "id", "") == step), None)
    loaded = view.library.get("forms", form) if form else None
    if loaded is None or not isinstance(loaded.root, Form):
        return None
    question = next((q for q in loaded.root.fields if q.id == name), None)
    return Target(_file(view, loaded), loaded.place(question)) if question else None


def _file(view: View, loaded: Document) -> Path:
    return view.library.folder / loaded.source.name


def _value(view: View, found: Meaning, written: str) -> Target | None:
    text = word(found.shape)
    kind: Any = text.kind if text else None
    if isinstance(kind, Reference) or (isinstance(kind, Text) and kind.expects == "user"):
        known = find(kind.kind if isinstance(kind, Reference) else "users", written, view)
        return Target(known.file, known.place) if known else None
    if found.key in ("event", "operation") and (connection := (found.beside or {}).get("connection")):
        return _of_connection(view, connection, f"{found.key}s", written)
    return None


def _of_connection(view: View, connection: str, part: str, name: str) -> Target | None:
    loaded = view.library.shared("connections")
    if loaded is None or not isinstance(loaded.root, Connections):
        return None
    table = loaded.node(loaded.root, "connections", connection, part)
    entry = table.entry(name) if isinstance(table, Table) else None
    return Target(_file(view, loaded), entry.key.place if entry else TOP)
