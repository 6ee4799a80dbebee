"""What may be written at a spot: keys, words, names of other files, and what expressions can read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.editor import snippets
from engine.editor.about import keys_of, summary
from engine.editor.known import Known, known
from engine.editor.meaning import Meaning, is_bare, meaning, table, word
from engine.editor.open_files import OpenFiles, View
from engine.editor.reading import expression_at, readable
from engine.editor.schema import PHRASES
from engine.editor.spot import Spot
from engine.language import given
from engine.language.checks.mail import WORDS
from engine.language.connections import Connection, Connections
from engine.language.fields import Phrase, Reference, Text
from engine.language.kinds import describe
from engine.language.model import Model
from engine.language.process import Process
from engine.language.resources import DocumentTemplate, Form
from engine.language.shapes import Free, Inside, Many, Named, Steps, Word, keys
from engine.language.types import Record
from engine.runtime.step import Step


@dataclass(frozen=True)
class Proposal:
    """`insert` goes in place of `start` to `end` of the line (from 0); in a snippet `$1`, `${2:x}` are to fill in."""

    label: str
    kind: str  # key, word, file, value, function, step
    insert: str
    start: int
    end: int
    detail: str = ""
    text: str = ""
    snippet: bool = False


def proposals(files: OpenFiles, view: View, line: int, column: int) -> list[Proposal]:
    """Line and column count from 0."""
    spot = view.spot(line, column)
    if view.path.suffix == ".md" and _in_body(view, line):
        written = view.text.split("\n")[line][:column]
        return _readable(expression_at(written, bare=False), view.template, column)
    if spot.kind == "none":
        return []
    found = meaning(spot, view.model, files.registry)
    if spot.kind == "key":
        return _keys(files, view, spot, found)
    if spot.kind == "item" and word(found.shape) is None:
        return _keys(files, view, spot, found)
    return _values(files, view, spot, found, (line, column))


def _in_body(view: View, line: int) -> bool:
    marks = [n for n, text in enumerate(view.text.split("\n")) if text.rstrip() == "---"]
    return len(marks) > 1 and line > marks[1]


# -- keys -------------------------------------------------------------------


def _keys(files: OpenFiles, view: View, spot: Spot, found: Meaning) -> list[Proposal]:
    model = table(found.shape)
    if model is None:
        return list(_names(view, spot, found))
    steps = _steps(files, view, spot) if spot.kind == "item" and issubclass(model, Step) else []
    hidden = {*spot.beside, *(("body",) if view.path.suffix == ".md" else ())}
    return [_key(view, spot, model, key) for key in keys(model) if key not in hidden] + steps


def _key(view: View, spot: Spot, model: type[Model], key: str) -> Proposal:
    about = keys_of(model)[key]
    written = f"{key}:{_opening(keys(model)[key].shape, _deeper(view, spot))}"
    return Proposal(key, "key", written, spot.start, spot.end, about.value, about.text, snippet=True)


def _deeper(view: View, spot: Spot) -> str:
    """A new line below a key: editors add the indentation of its line, which may begin with `- `."""
    line = next((t for t in view.text.split("\n") if t[: spot.start].strip() == "-" and spot.kind == "item"), "")
    return "\n" + ("    " if line else "  ")


def _opening(shape: Any, deeper: str) -> str:
    match shape:
        case Many(item=Word(), or_one=False):
            return " [$1]"
        case Many(or_one=False):
            return f"{deeper}- $1"
        case Steps(words=()):
            return f"{deeper}- id: $1"
        case Inside() | Named() | Free():
            return f"{deeper}$1"
    return " $1"


def _steps(files: OpenFiles, view: View, spot: Spot) -> list[Proposal]:
    """A whole step of each type."""
    found = []
    for name, model in files.registry.items():
        lines = [
            f"{key}: {value if key == 'type' else f'${{{n + 1}:{snippets.escaped(value)}}}'}".rstrip()
            for n, (key, value) in enumerate(snippets.step(name, model))
        ]
        text = "\n  ".join(lines)
        found.append(Proposal(f"{name} step", "step", text, spot.start, spot.end, summary(model), "", snippet=True))
    return found


def _names(view: View, spot: Spot, found: Meaning) -> Iterator[Proposal]:
    """Names that something else declares: inputs of a process, fields of a document."""
    for name, about in _declared(view, found).items():
        if name not in spot.beside:
            yield Proposal(name, "key", f"{name}: $1", spot.start, spot.end, about, snippet=True)


def _declared(view: View, found: Meaning) -> dict[str, str]:
    beside = found.beside or {}
    if found.key == "inputs" and "process" in beside:
        child = view.library.get("processes", beside["process"])
        return _inputs(child.root if child else None)
    if found.key == "inputs" and "id" in beside:
        return _inputs(view.document.root)
    if found.key == "fields" and "template" in beside:
        loaded = view.library.get("documents", beside["template"])
        fields = loaded.root.fields if loaded and isinstance(loaded.root, DocumentTemplate) else ()
        return dict.fromkeys(fields, "field of the document")
    if found.key == "match" and (mail := given.MAILED.get(beside.get("type", ""))):
        return {name: describe(field.type) for name, field in mail.fields.items()}
    if found.key == "match":
        connection = _connection(view, beside.get("connection", ""))
        schema = connection.events.get(beside.get("event", "")) if connection else None
        return dict(schema.types) if schema else {}
    return {}


def _inputs(process: Any) -> dict[str, str]:
    return {n: i.label or i.type for n, i in process.inputs.items()} if isinstance(process, Process) else {}


def _connection(view: View, name: str) -> Connection | None:
    loaded = view.library.shared("connections")
    return loaded.root.connections.get(name) if loaded and isinstance(loaded.root, Connections) else None


# -- values -----------------------------------------------------------------


def _values(files: OpenFiles, view: View, spot: Spot, found: Meaning, at: tuple[int, int]) -> list[Proposal]:
    text = word(found.shape) or (Word(Text("any")) if isinstance(found.shape, Free) else None)
    if text is None:
        return []
    written = expression_at(spot.typed, bare=is_bare(text))
    if written is not None:
        return _readable(written, _scope(files, view, at), at[1])
    return list(_words(view, spot, found, text))


def _scope(files: OpenFiles, view: View, at: tuple[int, int]) -> Record | None:
    """As the file stands, or with something readable in place of what is being typed."""
    found = view.scope(*at)
    if found is not None:
        return found
    spot = view.spot(*at)
    return files.healed(view, *at).scope(at[0], spot.start)


def _readable(written: str | None, scope: Record | None, column: int) -> list[Proposal]:
    if written is None:
        return []
    found = readable(written, scope or Record(open=True))
    return [Proposal(r.name, r.kind, r.insert, column - r.typed, column, r.detail, r.text, r.snippet) for r in found]


def _words(view: View, spot: Spot, found: Meaning, text: Word) -> Iterator[Proposal]:
    for choice, about in (_types(view) if _is_type(found) else _choices(text)).items():
        yield Proposal(choice, "word", choice, spot.start, spot.end, about)
    for one in _references(view, found, text):
        yield Proposal(one.name, "file", one.name, spot.start, spot.end, one.about)
    if isinstance(text.kind, Text):
        yield Proposal("${ }", "value", "\\${ $1 }", spot.start, spot.end, "a value of the case", snippet=True)


def _is_type(found: Meaning) -> bool:
    return found.key == "type" and issubclass(found.model, Step)


def _types(view: View) -> dict[str, str]:
    return {name: summary(model) for name, model in view.library.registry.items()}


def _choices(text: Word) -> dict[str, str]:
    phrase = text.kind if isinstance(text.kind, Phrase) else None
    phrases = (*PHRASES, *(("never",) if phrase.never else ())) if phrase else ()
    words = (*text.words, *(("true", "false") if text.plain == "yes_no" else ()))
    return {**dict.fromkeys(map(str, words), ""), **dict.fromkeys(phrases, "time phrase")}


def _references(view: View, found: Meaning, text: Word) -> Iterable[Known]:
    if isinstance(text.kind, Reference):
        return known(text.kind.kind, view)
    if isinstance(text.kind, Text) and text.kind.expects == "user":
        return known("users", view)
    if found.key == "answer_by_reply":
        return _questions(view, (found.beside or {}).get("form", ""))
    if found.key == "approve":
        return [*known("groups", view), *known("users", view)]
    connection = _connection(view, (found.beside or {}).get("connection", ""))
    if connection is not None and found.key in ("event", "operation"):
        names = connection.events if found.key == "event" else connection.operations
        return [Known(name, f"of {connection.title or 'the connection'}", view.path) for name in names]
    return ()


def _questions(view: View, name: str) -> list[Known]:
    """The questions of a form that a text can answer."""
    loaded = view.library.get("forms", name)
    form = loaded.root if loaded else None
    fields = form.fields if isinstance(form, Form) else ()
    return [Known(q.id, q.label or "question of the form", view.path) for q in fields if q.type in WORDS]
