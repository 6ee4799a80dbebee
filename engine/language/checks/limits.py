"""Limits of questions and inputs, and fields of documents: each means something where it stands."""

import re
from typing import Any

from engine.language.checks.subject import excused
from engine.language.coercion import coerce
from engine.language.document import Document
from engine.language.problems import one_of
from engine.language.resources import DocumentTemplate, Input

_LIMITED = {
    "min": ("number", "money", "date", "datetime"),
    "max": ("number", "money", "date", "datetime"),
    "max_length": ("text", "long_text"),
}


def check(document: Document, owner: Any, path: tuple[str | int, ...], spec: Input, name: str) -> None:
    """`min`, `max`, `max_length` and `choices` of one question."""
    for key, types in _LIMITED.items():
        if getattr(spec, key) is not None and spec.type not in (*types, "any"):
            message = f"`{key}` belongs to {one_of(types)}, and `{name}` is a {spec.type}"
            place = document.place(owner, *path, key)
            document.source.report("E020", message, place, hint=f"take `{key}` away from `{name}`")
            return
    _order(document, owner, path, spec, name)
    _choices(document, owner, path, spec)


def _order(document: Document, owner: Any, path: tuple[str | int, ...], spec: Input, name: str) -> None:
    bounds = {key: _bound(spec, key) for key in ("min", "max") if getattr(spec, key) is not None}
    example = "2026-03-01" if spec.type in ("date", "datetime") else "10"
    for key, bound in bounds.items():
        if bound is None:
            message = f"`{getattr(spec, key)}` is no limit for a {spec.type}"
            document.source.report("E025", message, document.place(owner, *path, key), hint=f"write `{key}: {example}`")
            return
    if len(bounds) == 2 and bounds["min"] > bounds["max"]:
        message = f"`{name}` must be at least {spec.min} and at most {spec.max}, which nothing is"
        hint = f"write `min: {spec.max}` and `max: {spec.min}`"
        document.source.report("E025", message, document.place(owner, *path, "max"), hint=hint)


def _bound(spec: Input, key: str) -> Any:
    """The limit as a value; None where it is none."""
    kind = "number" if spec.type == "money" else spec.type
    try:
        return coerce(getattr(spec, key), Input.model_construct(type=kind), name=key)
    except ValueError:
        return None


def _choices(document: Document, owner: Any, path: tuple[str | int, ...], spec: Input) -> None:
    seen: set[str] = set()
    for n, choice in enumerate(spec.choices):
        if choice in seen:
            place = document.place(owner, *path, "choices", n)
            document.source.report("E027", f"the choice `{choice}` is there twice", place, hint="take one away")
        seen.add(choice)


def fields(document: Document, template: DocumentTemplate) -> None:
    """Fields that a document asks for and never shows."""
    texts = " ".join((template.title, template.filename or "", template.body))
    for n, name in enumerate(template.fields):
        place = document.place(template, "fields", n)
        if not re.search(rf"\b{re.escape(name)}\b", texts) and not excused(document.source, "W073", place)[0]:
            message = f"the document never shows its field `{name}`"
            hint = f"put `${{ {name} }}` where it belongs, or take it away"
            problem = document.source.problem("W073", message, place, hint=hint, severity="warning")
            document.source.problems.append(problem)
