"""What is said about whatever a cursor points at."""

import inspect
from typing import Any

from engine.editor.about import keys_of, model_text
from engine.editor.known import find
from engine.editor.meaning import meaning, table, word
from engine.editor.open_files import View
from engine.editor.pointed import Token, pointed
from engine.editor.reading import fields_of, signature, tell
from engine.editor.spot import Spot
from engine.language.explain import explain
from engine.language.fields import Reference
from engine.language.fields import Text as TextKind
from engine.language.filters import FILTERS, FUNCTIONS
from engine.language.problems import Problem
from engine.language.tree import Call, Filtered


def hover(view: View, line: int, column: int) -> str:
    """Markdown; empty where there is nothing to say. Line and column count from 0."""
    token = pointed(view, line, column)
    if token is not None:
        return _token(view, token)
    spot = view.spot(line, column)
    if spot.kind == "none":
        return ""
    return _key(view, spot, line) if spot.kind == "key" else _value(view, spot, line)


def finding(problem: Problem) -> str:
    """Why a finding is one."""
    page = explain(problem.code)
    return f"**{page.code} {page.title}**\n\n{' '.join(page.why.split())}" if page else ""


def _token(view: View, token: Token) -> str:
    if isinstance(token.tree, Filtered):
        return _function(signature(token.name, FILTERS[token.name], 1), token.name) if token.name in FILTERS else ""
    if isinstance(token.tree, Call):
        return _function(signature(token.name, FUNCTIONS[token.name]), token.name) if token.name in FUNCTIONS else ""
    type_ = token.type
    lines = [f"`{'.'.join(token.path) or token.name}`: {tell(type_)}"]
    if len(token.path) == 2 and token.path[0] == "steps":
        lines.append(_step(view, token.path[1]))
    if len(token.path) == 2 and token.path[0] == "inputs":
        lines.append(str(getattr(_inputs(view).get(token.path[1]), "label", None) or ""))
    if names := ", ".join(f"`{name}`" for name in list(fields_of(type_))[:30]):
        lines.append(f"It has {names}.")
    return "\n\n".join(line for line in lines if line)


def _function(written: str, name: str) -> str:
    function = FILTERS.get(name) or FUNCTIONS[name]
    return f"`{written}`\n\n{inspect.getdoc(function.apply) or ''}"


def _inputs(view: View) -> dict[str, Any]:
    return getattr(view.document.root, "inputs", {})


def _step(view: View, name: str) -> str:
    step: Any = next((s for s in view.document.steps if getattr(s, "id", "") == name), None)
    if step is None:
        return ""
    title = getattr(step, "title", None)
    line = view.document.place(step).line
    return f"{step.type} step on line {line}" + (f": {title}" if title else "")


def _key(view: View, spot: Spot, line: int) -> str:
    model = table(meaning(spot, view.model, view.library.registry).shape)
    written = view.text.split("\n")[line][spot.start : spot.end].strip("\"' ")
    about = keys_of(model).get(written) if model else None
    return f"**{about.key}**\n\n{about.text}" if about else ""


def _value(view: View, spot: Spot, line: int) -> str:
    found = meaning(spot, view.model, view.library.registry)
    text = word(found.shape)
    written = view.text.split("\n")[line][spot.start : spot.end].strip("\"' ")
    if found.key == "type" and written in view.library.registry:
        return f"**{written}**\n\n{model_text(view.library.registry[written])}"
    if text is None:
        return ""
    kind = text.kind.kind if isinstance(text.kind, Reference) else ""
    if isinstance(text.kind, TextKind) and text.kind.expects == "user":
        kind = "users"
    known = find(kind, written, view) if kind else None
    if known is None:
        return ""
    return f"**{known.name}**\n\n{known.about}\n\n`{view.library.shown(known.file)}`"
