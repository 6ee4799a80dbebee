"""What may stand at a spot: the way from the model of the file down its levels."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.editor.spot import Level, Spot
from engine.language.document import Registry
from engine.language.fields import Condition, Expression, Paths
from engine.language.model import Model
from engine.language.shapes import Either, Free, Inside, Many, Named, Shape, Steps, Word, keys
from engine.runtime.step import Step


@dataclass(frozen=True)
class Meaning:
    """The shape at a spot. `model` and `key` are those of the nearest key that the language has; `beside` are the
    keys of its table. A table that is a step of no known type is a plain `Step`."""

    shape: Shape | None
    model: type[Model]
    key: str = ""
    beside: Mapping[str, str] | None = None


def meaning(spot: Spot, root: type[Model], registry: Registry) -> Meaning:
    """What the innermost level of a spot may hold. The shape is None where nothing is known."""
    found = Meaning(Inside(root), root)
    for n, level in enumerate(spot.levels):
        inner = spot.levels[n + 1].beside if n + 1 < len(spot.levels) else spot.beside
        found = _below(found, level, inner, registry)
    return found


def table(shape: Shape | None) -> type[Model] | None:
    """The model whose keys may be written at a place; None where none may."""
    match shape:
        case Inside(model):
            return model
        case Either(other=other):
            return table(other)
        case Many(item=item, or_one=True):
            return table(item)
    return None


def word(shape: Shape | None) -> Word | None:
    """What a text may be at a place; None where no text may stand."""
    match shape:
        case Word():
            return shape
        case Either(word=text):
            return text
        case Steps(words=words) if words:
            return Word(None, "text", words)
    return None


def is_bare(word: Word) -> bool:
    """Whether a text is an expression without `${ }`."""
    return isinstance(word.kind, Condition | Expression | Paths)


def _below(found: Meaning, level: Level, inner: Mapping[str, str], registry: Registry) -> Meaning:
    shape = _structure(found.shape)
    if isinstance(level.part, str):
        model = table(shape)
        if model is not None and level.part in keys(model):
            return Meaning(keys(model)[level.part].shape, model, level.part, level.beside)
        if isinstance(shape, Named):
            return _step(Meaning(shape.item, found.model, found.key, level.beside), inner, registry)
        return Meaning(shape if isinstance(shape, Free) else None, found.model, found.key, found.beside)
    return _step(Meaning(_item(shape), found.model, found.key, found.beside), inner, registry)


def _step(found: Meaning, inner: Mapping[str, str], registry: Registry) -> Meaning:
    """A step becomes one of its type, as far as the type is written."""
    if isinstance(found.shape, Inside) and found.shape.model is Step:
        model = registry.get(inner.get("type", ""), Step)
        return Meaning(Inside(model), found.model, found.key, found.beside)
    return found


def _structure(shape: Shape | None) -> Shape | None:
    return shape.other if isinstance(shape, Either) else shape


def _item(shape: Shape | None) -> Shape | None:
    match shape:
        case Steps():
            return Inside(Step)
        case Many(item=item):
            return item
        case Free():
            return shape
    return None
