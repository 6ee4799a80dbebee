"""What a model's annotations say about the YAML that may stand in each field."""

import types
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from engine.language.fields import Block, OneOrMany, Paths, Values
from engine.language.model import Model


@dataclass(frozen=True)
class Word:
    """One text; `kind` is its annotation of `fields`, `words` what it may be, `plain` how it is converted."""

    kind: Any = None
    plain: Literal["text", "whole", "yes_no"] = "text"
    words: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Inside:
    """A model's own keys."""

    model: type[Model]


@dataclass(frozen=True)
class Many:
    item: "Shape"
    or_one: bool = False


@dataclass(frozen=True)
class Named:
    """Names that the author chooses, each with the same shape."""

    item: "Shape"


@dataclass(frozen=True)
class Free:
    """Any nesting of texts with `${ }`."""


@dataclass(frozen=True)
class Steps:
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Either:
    """A text, or something with a structure."""

    word: Word
    other: "Shape"


Shape = Word | Inside | Many | Named | Free | Steps | Either


@dataclass(frozen=True)
class Key:
    """A field of a model: its name in Python, its key in YAML."""

    name: str
    key: str
    shape: Shape
    required: bool


@cache
def keys(model: type[Model]) -> dict[str, Key]:
    """YAML key -> field, in the order of the model."""
    found = {}
    for name, info in model.model_fields.items():
        key = info.alias or name
        found[key] = Key(name, key, _shape(info.annotation, tuple(info.metadata)), info.is_required())
    return found


def _shape(annotation: Any, notes: tuple[Any, ...]) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0], (*notes, *arguments[1:]))
    if origin in (Union, types.UnionType):
        return _either(tuple(a for a in arguments if a is not types.NoneType), notes)
    marked = next((n for n in notes if isinstance(n, Block | Values)), None)
    if marked is not None:
        return Steps(marked.words) if isinstance(marked, Block) else Free()
    return _collection(annotation, notes)


def _collection(annotation: Any, notes: tuple[Any, ...]) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        inner = tuple(n for n in notes if isinstance(n, Paths))
        return Many(_shape(arguments[0], inner), any(isinstance(n, OneOrMany) for n in notes))
    if origin is dict:
        return Named(_shape(arguments[1], ()))
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return Inside(annotation)
    return _word(annotation, notes)


def _either(options: tuple[Any, ...], notes: tuple[Any, ...]) -> Shape:
    shapes = [_shape(option, notes) for option in options]
    if len(shapes) == 1:
        return shapes[0]
    words = [s for s in shapes if isinstance(s, Word)]
    others = [s for s in shapes if not isinstance(s, Word)]
    if not others:
        plain = next((w.plain for w in words if w.plain != "text"), words[0].plain)
        return Word(words[0].kind, plain, tuple(v for w in words for v in w.words))
    return Either(words[0], others[0])


def _word(annotation: Any, notes: tuple[Any, ...]) -> Word:
    kind = next((n for n in notes if type(n).__module__ == Block.__module__), None)
    if get_origin(annotation) is Literal:
        return Word(kind, "text", get_args(annotation))
    if annotation is bool:
        return Word(kind, "yes_no")
    return Word(kind, "whole" if annotation is int else "text")
