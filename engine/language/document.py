"""A file as models: what checks ask of it, and where everything in it was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ConfigDict

from engine.language.model import Model
from engine.language.nodes import Listing, Node, Place, Scalar, Source, Table

Registry = Mapping[str, type[Model]]
Path = tuple[str | int, ...]


class UnknownStep(Model):
    """Stands for a step whose type is not known, so that the rest can be checked."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)
    id: str = ""
    type: str = ""


@dataclass(frozen=True)
class Leaf:
    """One text of a step (or of the file itself): its kind, its value in the model, and where it was written."""

    kind: Any
    text: str
    node: Scalar
    path: Path

    @property
    def key(self) -> str:
        """The nearest key, for messages."""
        return next((str(p) for p in reversed(self.path) if isinstance(p, str)), "")


@dataclass
class Document:
    """A file as models. `leaves` and `nodes` are by the identity of a model; `whole` is false after mistakes."""

    source: Source
    root: Model | None = None
    whole: bool = True
    nodes: dict[int, Table] = field(default_factory=dict)
    leaves: dict[int, list[Leaf]] = field(default_factory=dict)
    steps: list[Model] = field(default_factory=list)
    doubtful: set[int] = field(default_factory=set)  # steps of which a part could not be read

    def place(self, model: Model | None, *path: str | int) -> Place:
        """Where a field was written; the nearest thing around it when it was not."""
        node: Node | None = self.nodes.get(id(model)) if model is not None else self.source.root
        place = heading(node) if isinstance(node, Table) else Place(1, 1)
        for part in path:
            node = _inside(node, part)
            if node is None:
                return place
            place = node.place
        return place

    def node(self, model: Model, *path: str | int) -> Node | None:
        node: Node | None = self.nodes.get(id(model))
        for part in path:
            node = _inside(node, part)
        return node

    def leaf(self, owner: Model, *path: str | int) -> Leaf | None:
        return next((leaf for leaf in self.leaves.get(id(owner), ()) if leaf.path == path), None)


def _inside(node: Node | None, part: str | int) -> Node | None:
    if isinstance(node, Table) and isinstance(part, str):
        return node.get(part)
    if isinstance(node, Listing) and isinstance(part, int):
        return node.items[part] if part < len(node.items) else None
    return node if part == 0 else None  # one, where a list may stand


def heading(table: Table) -> Place:
    """Where to point when something about a whole table is wrong: its id, or its first key."""
    name = table.get("id")
    return name.place if isinstance(name, Scalar) and name.text else table.place
