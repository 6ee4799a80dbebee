"""The names that a definition may refer to: what each is, and where it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.editor.open_files import View
from engine.language.connections import Connections
from engine.language.document import Document, heading
from engine.language.library import FOLDERS
from engine.language.model import Model
from engine.language.nodes import Listing, Place, Table
from engine.language.process import Process
from engine.language.resources import People

MANY = 50  # files whose titles are read to be shown


TOP = Place(1, 1)


@dataclass(frozen=True)
class Known:
    name: str
    about: str
    file: Path
    place: Place = TOP


def known(kind: str, view: View) -> list[Known]:
    """Everything of a kind of `Reference`, in the order in which people would look for it."""
    if kind in FOLDERS:
        return _files(kind, view)
    if kind == "stages":
        return _stages(view)
    return list(_shared(kind, view))


def find(kind: str, name: str, view: View) -> Known | None:
    return next((one for one in known(kind, view) if one.name == name), None)


def _files(kind: str, view: View) -> list[Known]:
    names = view.library.names(kind)
    paths = ((name, view.library.path(kind, name)) for name in names)
    return [Known(n, _title(kind, n, view) if len(names) < MANY else "", path) for n, path in paths if path]


def _title(kind: str, name: str, view: View) -> str:
    loaded = view.library.get(kind, name)
    root: Any = loaded.root if loaded else None
    return str(getattr(root, "subject", "") or getattr(root, "title", "") or "")


def _stages(view: View) -> list[Known]:
    process, node = view.document.root, None
    if isinstance(process, Process):
        node = view.document.node(process, "stages")
    items = node.items if isinstance(node, Listing) else ()
    stages = process.stages if isinstance(process, Process) else ()
    return [Known(s, "stage of this process", view.path, i.place) for s, i in zip(stages, items, strict=False)]


_OUTSIDE = {"connections": "outside system", "mailboxes": "mailbox", "senders": "account that mail is sent from"}


def _shared(kind: str, view: View) -> Iterator[Known]:
    loaded = view.library.shared("connections" if kind in _OUTSIDE else "people")
    if loaded is None:
        return
    file = view.library.folder / loaded.source.name
    if isinstance(loaded.root, Connections):
        for name, found in getattr(loaded.root, kind).items():
            about = getattr(found, "title", None) or getattr(found, "address", None) or _OUTSIDE[kind]
            yield Known(name, about, file, _key(loaded, loaded.root, kind, name))
    elif isinstance(loaded.root, People):
        for one in loaded.root.users if kind == "users" else ():
            yield Known(one.id, f"{one.name}, {one.email}", file, loaded.place(one))
        for group in loaded.root.groups if kind == "groups" else ():
            yield Known(group.id, f"{group.title or group.id}: {', '.join(group.members)}", file, loaded.place(group))


def _key(document: Document, owner: Model, *path: str) -> Place:
    """Where a name is written that stands as a key."""
    table = document.node(owner, *path[:-1])
    entry = table.entry(path[-1]) if isinstance(table, Table) else None
    return entry.key.place if entry else document.place(owner)


def step_places(view: View) -> dict[str, Place]:
    """Where the steps of a process are written, by id."""
    return {str(s.id): heading(view.document.nodes[id(s)]) for s in view.document.steps}  # type: ignore[attr-defined]


def own_names(view: View, scope: str) -> dict[str, Place]:
    """Where `inputs`, `steps`, `vars` or the links of `handlers` are written, by name."""
    document, process = view.document, view.document.root
    if not isinstance(process, Process):
        return {}
    if scope == "steps":
        return step_places(view)
    if scope == "inputs":
        return {name: _key(document, process, "inputs", name) for name in process.inputs}
    if scope == "links":
        return {handler.id: document.place(handler) for handler in process.handlers}
    found: dict[str, Place] = {}
    for step in document.steps if scope == "vars" else ():
        for name in getattr(step, "values", None) or {}:
            found.setdefault(name, _key(document, step, "values", name))
    return found
