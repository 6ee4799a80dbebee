"""JSON Schema of every kind of file, made from the models: for editors that know YAML but not Baton.

Draft-07, which yaml-language-server knows best. What a schema cannot say (names, types of
expressions, times) `baton check` and `baton lsp` say.
"""

import re
from typing import Any

from engine.editor import snippets
from engine.editor.about import keys_of, model_text, summary
from engine.language.document import Registry
from engine.language.fields import Identifier, Phrase, Reference
from engine.language.library import FOLDERS, SHARED
from engine.language.model import Model
from engine.language.shapes import Either, Free, Inside, Key, Many, Named, Shape, Steps, Word, keys
from engine.runtime.step import Step

Json = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
TEXT: Json = {"type": ["string", "number"]}  # the field decides the type: `title: 2026` is a text here
# As text, too, can be `true`, but no editor shall propose it.
ANY_TEXT: Json = {"anyOf": [TEXT, {"not": {"type": ["string", "number", "object", "array", "null"]}}]}
PHRASES = ("2 business days", "4 hours", "1 week", "1 month", "3 days at 09:00")
_LIMITS = {"ge": "minimum", "le": "maximum", "min_length": "minItems"}


def files() -> dict[str, tuple[type[Model], str]]:
    """Kind of file -> its model, and which files below the definitions are of it."""
    found = {kind.own: (kind.model, f"{folder}/*.yaml") for folder, kind in FOLDERS.items() if kind.own}
    return {**found, **{name: (model, f"{name}.yaml") for name, model in SHARED.items()}}


def schema(kind: str, registry: Registry) -> Json:
    """The schema of a kind of file. Raises KeyError for a kind that is none of `files()`."""
    model, _ = files()[kind]
    making = _Making(registry)
    root = making.table(model)
    return {"$schema": DRAFT, **root, "definitions": making.definitions}


class _Making:
    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.definitions: dict[str, Json] = {}

    def table(self, model: type[Model]) -> Json:
        """`key: value` lines: the keys of a model and no others."""
        found: Json = {"type": "object", "title": self._title(model)}
        if text := model_text(model):
            found |= _described(text)
        found["properties"] = {name: self._property(model, key) for name, key in keys(model).items()}
        if required := [name for name, key in keys(model).items() if key.required]:
            found["required"] = required
        return {**found, "additionalProperties": False}

    def _title(self, model: type[Model]) -> str:
        """What editors call a skeleton of it."""
        step = next((name for name, known in self.registry.items() if known is model), "")
        return f"{step} step" if step else re.sub(r"(?<!^)(?=[A-Z])", " ", model.__name__).lower()

    def _property(self, model: type[Model], key: Key) -> Json:
        found = {**self.value(key.shape), **_described(keys_of(model)[key.key].text)}
        for limit in model.model_fields[key.name].metadata:
            found |= {ours: getattr(limit, name) for name, ours in _LIMITS.items() if hasattr(limit, name)}
        return found

    def value(self, shape: Shape) -> Json:
        match shape:
            case Word():
                return _word(shape)
            case Inside(model):
                return self._named(model)
            case Many(item, or_one):
                items = {"type": "array", "items": self.value(item)}
                return {"anyOf": [items, self.value(item)]} if or_one else items
            case Named(item):
                return {"type": "object", "additionalProperties": self.value(item)}
            case Free():
                return {"type": "object"}
            case Steps(words):
                steps = self._steps()
                return {"anyOf": [{"enum": list(words)}, steps]} if words else steps
            case Either(word, other):
                return {"anyOf": [_word(word), self.value(other)]}

    def _named(self, model: type[Model]) -> Json:
        name = model.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # it may hold itself
            self.definitions[name] = self.table(model)
        return {"$ref": f"#/definitions/{name}"}

    def _steps(self) -> Json:
        snippets_ = [_snippet(name, model) for name, model in self.registry.items()]
        return {"type": "array", "items": self._step(), "defaultSnippets": snippets_}

    def _step(self) -> Json:
        """A step: its `type` says which keys it has."""
        if "step" not in self.definitions:
            self.definitions["step"] = {}
            common = {name: self._property(Step, key) for name, key in keys(Step).items()}
            self.definitions["step"] = {
                "type": "object",
                "title": "step",
                **_described("A step: one thing that the process does or waits for."),
                "required": ["id", "type"],
                "properties": {**common, "type": self._types()},
                "allOf": [self._chosen(name, model) for name, model in self.registry.items()],
            }
        return {"$ref": "#/definitions/step"}

    def _types(self) -> Json:
        said = [summary(model) for model in self.registry.values()]
        about = _described("What the step does; the other keys depend on it.")
        return {"enum": list(self.registry), "markdownEnumDescriptions": said, **about}

    def _chosen(self, name: str, model: type[Model]) -> Json:
        """With `type: NAME`, exactly the keys of that type."""
        reference = self._named(model)
        self.definitions[model.__name__]["properties"]["type"] = {"const": name}
        # yaml-language-server takes a const that merely begins like the text: `task` would have the keys of `tasks`.
        exactly = {"const": name, "pattern": f"^{name}$"}
        chosen = {"type": "object", "title": f"type: {name}", "properties": {"type": exactly}, "required": ["type"]}
        return {"if": chosen, "then": reference}


def _described(text: str) -> Json:
    """For editors that show Markdown and for those that do not."""
    return {"description": text.replace("*", "").replace("\n\n", " "), "markdownDescription": text}


def _word(shape: Word) -> Json:
    if shape.plain == "yes_no":
        return {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no"]}]}
    choices: list[Json] = [{"enum": list(shape.words)}] if shape.words else []
    if shape.plain == "whole":
        choices.append({"type": "integer"})
    if choices:
        return choices[0] if len(choices) == 1 else {"anyOf": choices}
    if isinstance(shape.kind, Identifier):
        return {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"}
    if isinstance(shape.kind, Phrase):
        return {"type": "string", "examples": [*PHRASES, *(["never"] if shape.kind.never else [])]}
    return TEXT if isinstance(shape.kind, Reference) else ANY_TEXT


def _snippet(name: str, model: type[Model]) -> Json:
    body: dict[str, Any] = {}
    for number, (key, value) in enumerate(snippets.step(name, model)):
        body[key] = value if key == "type" else f"${{{max(1, number)}:{snippets.escaped(value)}}}"
    return {"label": f"{name} step", "description": summary(model), "body": body}
