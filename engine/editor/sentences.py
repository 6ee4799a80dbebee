"""The sentence of every field, taken from the source of its model.

A field says what it is in a `description=`, in a text right below it, or in a
comment at the end of its line: whichever reads best where the model is written.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from engine.language.model import Model
from engine.runtime.step import Step

NOT_WORDS = re.compile(r"(noqa|type:|fmt:)")


def of_model(model: type[Model]) -> str:
    """What a model is, by its own docstring; a step type may leave that to the docstring of its module."""
    module = inspect.getdoc(inspect.getmodule(model)) if issubclass(model, Step) else None
    return inspect.cleandoc(model.__dict__.get("__doc__") or module or "")


def of_fields(model: type[Model]) -> dict[str, str]:
    """Field name -> sentence, inherited ones too; no sentence, no entry."""
    said: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if issubclass(owner, Model) and owner is not Model:
            said |= _said(owner)
    return said


@cache
def _said(model: type[Model]) -> dict[str, str]:
    lines, classes = _file(inspect.getfile(model))
    written = dict(_written(classes[model.__name__], lines))
    described = {name: f.description for name, f in model.model_fields.items() if f.description}
    return {name: _sentence(text) for name, text in (written | described).items() if text}


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].removesuffix(".") + "."


@cache
def _file(name: str) -> tuple[list[str], dict[str, ast.ClassDef]]:
    """The lines of a source file, and its classes by name."""
    text = Path(name).read_text(encoding="utf-8")
    return text.splitlines(), {n.name: n for n in ast.parse(text).body if isinstance(n, ast.ClassDef)}


def _written(node: ast.ClassDef, lines: list[str]) -> Iterator[tuple[str, str]]:
    for statement, below in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, _text(below) or _comment(statement, lines)


def _text(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""


def _comment(node: ast.AnnAssign, lines: list[str]) -> str:
    last = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset or 0 :].decode()
    _, found, comment = last.partition("#")
    text = comment.strip()
    return text if found and not NOT_WORDS.match(text) else ""
