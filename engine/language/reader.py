"""A source becomes models, through the registry of step types; every mistake becomes a problem at its place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from engine.language.document import Document, Leaf, Path, Registry, UnknownStep, heading
from engine.language.fields import Identifier, Text
from engine.language.literals import literal, plain_word
from engine.language.model import Model
from engine.language.nodes import Broken, Entry, Listing, Node, Place, Scalar, Source, Table
from engine.language.problems import Fix, certain, one_of, suggest
from engine.language.sayings import NAMES, OPPOSITES, PASTE, REFUSED
from engine.language.shapes import Either, Free, Inside, Key, Many, Named, Shape, Steps, Word, keys
from engine.language.synonyms import KEYS, STEPS, TYPES, meant


def read(source: Source, model: type[Model], registry: Registry | None = None) -> Document:
    """The file as `model`. Problems are added to the source; `root` is None where there is nothing to check."""
    document = Document(source)
    if isinstance(source.root, Table):
        document.root = _Reader(document, registry or {}).root(model, source.root)
    elif source.root is not None and not isinstance(source.root, Broken):
        source.report("E023", "this file must be made of `key: value` lines", source.root.place)
    document.whole = document.root is not None and not any(p.severity == "error" for p in source.problems)
    return document


_MISSING = object()
FEW = 200  # findings; who makes more of them is not helped by guesses, which take time


class _Reader:
    def __init__(self, document: Document, registry: Registry) -> None:
        self.document = document
        self.source = document.source
        self.registry = registry
        self.owned: list[Leaf] = []
        self.unread = 0

    def root(self, model: type[Model], table: Table) -> Model:
        made = self.model(model, table, ())
        self.document.leaves[id(made)] = self.owned
        return made

    def report(
        self, code: str, message: str, place: Place, note: str = "", hint: str = "", fix: Fix | None = None
    ) -> None:
        self.source.report(code, message, place, note, hint, fix)

    # -- models -------------------------------------------------------------

    def model(self, model: type[Model], table: Table, path: Path) -> Model:
        known, values, failed = keys(model), dict[str, Any](), False
        meant: list[Entry] = []
        for entry in table.entries:
            key = known.get(entry.key.text) or self._unknown(model, entry, known, table)
            if key is None:
                failed = True
                continue
            meant.append(replace(entry, key=replace(entry.key, text=key.key)))
            said = len(self.source.problems)
            value = self.value(key.shape, entry.value, (*path, key.key))
            if value is _MISSING and key.key != entry.key.text:
                self._not_meant(said, entry.value)
            failed = failed or value is _MISSING
            values[key.name] = value
        missing = [k for k in known.values() if k.required and k.name not in values]
        for key in missing:
            self._missing(model, table, key)
        made = self._made(model, table, values, failed or bool(missing))
        self.document.nodes[id(made)] = replace(table, entries=tuple(meant))
        return made

    def _made(self, model: type[Model], table: Table, values: dict[str, Any], failed: bool) -> Model:
        if not failed:
            try:
                return model.model_validate(values)
            except ValidationError as wrong:
                self._refused(model, table, wrong, values)
        good = {name: value for name, value in values.items() if value is not _MISSING}
        for key in keys(model).values():
            if key.required and key.name not in good:
                good[key.name] = "any" if _is_type(key.shape) else _blank(key.shape)
        return model.model_construct(set(good), **good)

    def _refused(self, model: type[Model], table: Table, wrong: ValidationError, values: dict[str, Any]) -> None:
        for error in wrong.errors():
            name = str(error["loc"][0]) if error["loc"] else ""
            key = next((k for k in keys(model).values() if name in (k.key, k.name)), None)
            node = table.get(key.key) if key else None
            place = node.place if node else heading(table)
            self.report("E025", _sentence(key.key if key else self._what(model, table), error), place)
            if key:
                values[key.name] = _MISSING

    def _unknown(self, model: type[Model], entry: Entry, known: Mapping[str, Key], table: Table) -> Key | None:
        if model is UnknownStep:
            return None
        word, what = entry.key.text, self._what(model, table)
        if word in REFUSED and model in self.registry.values():
            code, message, note, hint = REFUSED[word]
            self.report(code, message.format(what), entry.key.place, note, hint)
            return None
        few = len(self.source.problems) < FEW
        free = [k for k in known if table.entry(k) is None] if few else []
        near = meant(word, KEYS, free) or suggest(word, free)
        fix = self.source.instead(entry.key.place, word, certain(word, free))
        note = (model in self.registry.values() and self._elsewhere(word)) or f"here you may write {one_of(known, 20)}"
        contrary, said = OPPOSITES.get(word, ("", ""))
        hint = f"did you mean `{near}`?" if near else said if contrary in free else ""
        self.report("E020", f"{what} has no key `{word}`", entry.key.place, "" if near else note, hint, fix)
        return known.get(near) if near else None

    def _not_meant(self, said: int, node: Node) -> None:
        """What was guessed for an unknown key does not fit: that the key is unknown was said, and is enough."""
        problems = self.source.problems
        problems[said:] = [p for p in problems[said:] if (p.line, p.column) != (node.place.line, node.place.column)]

    def _elsewhere(self, word: str) -> str:
        owners = [name for name, step in self.registry.items() if word in keys(step)]
        return f"`{word}` belongs to {one_of(owners)} steps" if 0 < len(owners) < 6 else ""

    def _missing(self, model: type[Model], table: Table, key: Key) -> None:
        if any(isinstance(e.value, Broken) for e in table.entries if e.key.text == key.key):
            return
        value = (
            PASTE.get(f"{model.__name__}.{key.key}")
            or PASTE.get(key.key)
            or ("" if isinstance(key.shape, Word) else "[]")
        )
        line = f"add `{key.key}: {value or 'NAME'}`" if isinstance(key.shape, Word) else f"add `{key.key}:`"
        self.report("E021", f"{self._what(model, table)} needs `{key.key}`", heading(table), hint=line)

    def _what(self, model: type[Model], table: Table) -> str:
        step = "type" in keys(model) and model in self.registry.values()
        name = "step" if step else NAMES.get(model.__name__, re.sub(r"(?<!^)(?=[A-Z])", " ", model.__name__).lower())
        written = table.get("id")
        if isinstance(written, Scalar) and written.text:
            return f"{name} `{written.text}`"
        return name if name.startswith(("the ", "this ", "`")) else f"this {name}"

    # -- values -------------------------------------------------------------

    def value(self, shape: Shape, node: Node, path: Path) -> Any:
        if isinstance(node, Broken):
            self.unread += 1
            return _MISSING
        if isinstance(node, Scalar) and not node.text and not node.style and not isinstance(shape, Free):
            self._empty(path, node)
            return _MISSING
        if isinstance(shape, Either):
            return self.value(shape.word if isinstance(node, Scalar) else shape.other, node, path)
        return _READ[type(shape)](self, shape, node, path)

    def _empty(self, path: Path, node: Node) -> None:
        name = next((str(p) for p in reversed(path) if isinstance(p, str)), "this")
        place = Place(node.place.line, max(1, node.place.column), 1)
        self.report("E028", f"`{name}` has no value", place, hint=f"give it one, or take the line `{name}:` away")

    def _word(self, shape: Word, node: Node, path: Path) -> Any:
        if not isinstance(node, Scalar):
            self._wrong_kind(node, path, "a text")
            return _MISSING
        value = self._converted(shape, node, path)
        if value is _MISSING:
            return value
        if isinstance(shape.kind, Identifier) and not self._identifier(node, path):
            return _MISSING
        if shape.kind is not None:
            self.owned.append(Leaf(shape.kind, node.text, node, path))
        return value

    def _converted(self, shape: Word, node: Scalar, path: Path) -> Any:
        for word in shape.words:
            if node.text == str(word):
                return word
        if shape.plain == "whole" and re.fullmatch(r"-?\d{1,15}", node.text):
            return int(node.text)
        if shape.plain == "yes_no" and node.text.lower() in ("true", "false", "yes", "no"):
            return node.text.lower() in ("true", "yes")
        if shape.plain == "text" and not shape.words:
            return node.text
        self._wrong_word(shape, node, path)
        return _MISSING

    def _wrong_word(self, shape: Word, node: Scalar, path: Path) -> None:
        name = str(path[-1])
        if shape.words:
            near = meant(node.text, TYPES, map(str, shape.words)) or suggest(node.text, map(str, shape.words))
            number = " or a whole number" if shape.plain == "whole" else ""
            note = f"`{name}` is {one_of(map(str, shape.words), 20)}{number}"
            hint = f"did you mean `{name}: {near}`?" if near else ""
            words = [str(word) for word in shape.words]
            replaced = meant(node.text, TYPES, words) or certain(node.text, words)
            fix = self.source.instead(node.place, node.text, replaced)
            self.report("E024", f"`{node.text}` is not something that `{name}` can be", node.place, note, hint, fix)
        elif shape.plain == "whole":
            self.report("E025", f"`{name}` must be a whole number, and `{node.text}` is none", node.place)
        else:
            note = f"`{name}` is `true` or `false`"
            self.report("E024", f"`{node.text}` is not something that `{name}` can be", node.place, note)

    def _identifier(self, node: Scalar, path: Path) -> bool:
        if re.fullmatch(r"[a-z][a-z0-9_]{0,63}", node.text):
            return True
        proposed = re.sub(r"[^a-z0-9]+", "_", node.text.lower()).strip("_")[:64]
        proposed = proposed if proposed[:1].isalpha() else f"x_{proposed}".rstrip("_")
        note = "it is small letters, digits and `_`, and begins with a letter, so that expressions can use it"
        hint = f"write `{path[-1]}: {proposed}`"
        self.report("E026", f"`{node.text}` cannot be used as `{path[-1]}`", node.place, note, hint)
        return False

    def _table(self, shape: Inside, node: Node, path: Path) -> Any:
        if not isinstance(node, Table):
            typed = isinstance(node, Scalar) and "type" in keys(shape.model)
            hint = f"write `{path[-1]}: {{ type: {getattr(node, 'text', '')} }}`" if typed else ""
            note = "" if typed else f"it may hold {one_of(keys(shape.model), 20)}"
            self._wrong_kind(node, path, "`key: value` lines", note, hint)
            return _MISSING
        return self.model(shape.model, node, path)

    def _many(self, shape: Many, node: Node, path: Path) -> Any:
        if isinstance(node, Table) and shape.or_one:
            node = Listing(node.place, (node,))
        if not isinstance(node, Listing):
            self._listless(node, path)
            return _MISSING
        items = [self.value(shape.item, item, (*path, n)) for n, item in enumerate(node.items)]
        self._repeated(shape, node)
        return (
            _MISSING
            if any(i is _MISSING for i in items) and isinstance(shape.item, Word)
            else tuple(i for i in items if i is not _MISSING)
        )

    def _listless(self, node: Node, path: Path) -> None:
        hint, fix = "begin each item with `- `", None
        if isinstance(node, Scalar):
            hint = f"write `{path[-1]}: [{node.text}]`"
            fix = self.source.instead(node.place, node.text, f"[{node.text}]" if plain_word(node) else "")
        self._wrong_kind(node, path, "a list", hint=hint, fix=fix)

    def _repeated(self, shape: Many, node: Listing) -> None:
        """The same id twice in a list; ids of steps are checked over the whole file."""
        if not isinstance(shape.item, Inside) or "id" not in keys(shape.item.model):
            return
        seen: dict[str, int] = {}
        for item in node.items:
            name = item.get("id") if isinstance(item, Table) else None
            if not isinstance(name, Scalar):
                continue
            if name.text in seen:
                note = f"`{name.text}` is already on line {seen[name.text]}"
                self.report("E027", f"the id `{name.text}` is used twice", name.place, note)
            seen.setdefault(name.text, name.place.line)

    def _named(self, shape: Named, node: Node, path: Path) -> Any:
        if not isinstance(node, Table):
            self._wrong_kind(node, path, "`name: ...` lines")
            return _MISSING
        found = {e.key.text: self.value(shape.item, e.value, (*path, e.key.text)) for e in node.entries}
        if _is_type(shape.item):
            return {name: "any" if value is _MISSING else value for name, value in found.items()}
        return {name: value for name, value in found.items() if value is not _MISSING}

    def _free(self, _: Free, node: Node, path: Path) -> Any:
        if isinstance(node, Scalar) and len(path) and isinstance(path[-1], str) and self._is_top(path):
            self._wrong_kind(node, path, "`name: value` lines")
            return _MISSING
        return self._nested(node, path)

    def _is_top(self, path: Path) -> bool:
        return path[-1] in ("inputs", "fields", "outputs", "match", "set", "else", "values", "data")

    def _nested(self, node: Node, path: Path) -> Any:
        match node:
            case Table():
                return {e.key.text: self._nested(e.value, (*path, e.key.text)) for e in node.entries}
            case Listing():
                return [self._nested(item, (*path, n)) for n, item in enumerate(node.items)]
            case Scalar():
                text = literal(node)
                self.owned.append(Leaf(Text("any"), text, node, path))
                return text
        self.unread += 1
        return None  # what cannot be read is anything

    def _wrong_kind(
        self, node: Node, path: Path, wanted: str, note: str = "", hint: str = "", fix: Fix | None = None
    ) -> None:
        given = {Scalar: "a text", Table: "`key: value` lines", Listing: "a list"}.get(type(node), "something else")
        name = next((str(p) for p in reversed(path) if isinstance(p, str)), "this")
        item = f"an item of `{name}`" if path and isinstance(path[-1], int) else f"`{name}`"
        if wanted == "a text" and isinstance(node, Table) and len(node.entries) == 1 and isinstance(path[-1], int):
            entry = node.entries[0]
            written = f"{entry.key.text}: {entry.value.text}" if isinstance(entry.value, Scalar) else entry.key.text
            hint = hint or f'quote it: `- "{written}"`'
        self.report("E023", f"{item} must be {wanted}, not {given}", node.place, note, hint, fix)

    # -- steps --------------------------------------------------------------

    def _steps(self, shape: Steps, node: Node, path: Path) -> Any:
        if isinstance(node, Scalar) and shape.words:
            return self._word(Word(None, "text", shape.words), node, path)
        if not isinstance(node, Listing):
            wanted = f"a list of steps, or {one_of(shape.words)}" if shape.words else "a list of steps"
            self._wrong_kind(node, path, wanted, hint="begin each step with `- id: ...`")
            return _MISSING
        if not node.items:
            self._empty(path, node)
        steps = (self._step(item, (*path, n)) for n, item in enumerate(node.items) if not isinstance(item, Broken))
        return tuple(step for step in steps if step is not None)

    def _step(self, node: Node, path: Path) -> Model | None:
        if not isinstance(node, Table):
            self.report("E023", "a step must be `key: value` lines", node.place, hint="write `- id: name_of_the_step`")
            return None
        outer, self.owned = self.owned, []
        position, unread = len(self.document.steps), self.unread
        step = self.model(self._type(node), node, ())
        if self.unread > unread:
            self.document.doubtful.add(id(step))
        self.document.steps.insert(position, step)  # before the steps inside it
        self.document.leaves[id(step)] = self.owned
        self.owned = outer
        return step

    def _type(self, table: Table) -> type[Model]:
        written = table.get("type")
        if not isinstance(written, Scalar) or not written.text:
            if table.entry("type") is None:
                note = f"a step is {one_of(self.registry, 30)}"
                what = self._what(Model, table).replace("model", "step")
                self.report("E021", f"{what} needs `type`", heading(table), note)
            return UnknownStep
        if written.text in self.registry:
            return self.registry[written.text]
        near = meant(written.text, STEPS, self.registry) or suggest(written.text, self.registry)
        note = "" if near else f"there are {one_of(self.registry, 30)}"
        hint = f"did you mean `type: {near}`?" if near else ""
        fix = self.source.instead(written.place, written.text, certain(written.text, self.registry))
        self.report("E022", f"there is no step type `{written.text}`", written.place, note, hint, fix)
        return self.registry.get(near, UnknownStep)


def _is_type(shape: Shape) -> bool:
    """Whether the word is the type of a value. One that was not understood may be any."""
    return isinstance(shape, Word) and "long_text" in shape.words


def _blank(shape: Shape) -> Any:
    """What a required field holds after a mistake, so that the checks can go on."""
    match shape:
        case Word(plain="whole"):
            return 1
        case Word(words=words) if words:
            return words[0]
        case Word() | Either():
            return ""
        case Named() | Free():
            return {}
        case Inside():
            return None
    return ()


def _sentence(name: str, error: Any) -> str:
    limits = error.get("ctx", {})
    match error["type"]:
        case "greater_than_equal":
            return f"`{name}` must be {limits['ge']} or more"
        case "less_than_equal":
            return f"`{name}` must be {limits['le']} or less"
        case "too_short":
            return f"`{name}` must have at least {limits['min_length']}"
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"`{name}`: {said[:1].lower()}{said[1:]}"


_READ: dict[type[Any], Callable[[_Reader, Any, Node, Path], Any]] = {
    Word: _Reader._word,
    Inside: _Reader._table,
    Many: _Reader._many,
    Named: _Reader._named,
    Free: _Reader._free,
    Steps: _Reader._steps,
}
