"""Writes docs/reference.md from the models, so that it cannot differ from them.

`python -m docs.reference` writes the page, `python -m docs.reference --check`
ends with 1 when the page in the checkout is not what the models say.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import get_args, get_type_hints

from activities import STEP_TYPES
from engine.editor import sentences, words
from engine.language.connections import Connections
from engine.language.filters import FILTERS, FUNCTIONS, Function
from engine.language.model import Model, ValueType
from engine.language.process import Process
from engine.language.resources import Calendar, Checklist, DocumentTemplate, EmailTemplate, Form, People
from engine.runtime.step import Step
from engine.runtime.waiting import WaitingStep

PAGE = Path(__file__).with_name("reference.md")
FILES: tuple[type[Model], ...] = (Form, EmailTemplate, DocumentTemplate, Calendar, Checklist, People, Connections)
ROOTS: tuple[type[Model], ...] = (Process, Step, WaitingStep, *STEP_TYPES.values(), *FILES)

OPENING = """\
# Reference

Written by `python -m docs.reference` from the models that read the files; a test
keeps it equal to them. For the meaning of words and the order of events read
[How it works](how-it-works.md), for a finding `baton explain CODE`.

- *text with `${ }`* may hold expressions; a text that is only `${ x }` keeps the type of `x`.
- *condition* is a bare expression that is true or false, without `${ }`.
- *time phrase* is `3 business days`, `2 hours`, `1 month`, an ISO 8601 duration, or
  `1 day before ${ x }`, optionally followed by `at 09:00`. In business time, a time
  outside the opening hours moves to the next opening.
- *id* is a name in small letters, digits and `_`, unique in its file.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(_sections()) + "\n"


def documented() -> tuple[type[Model], ...]:
    """Every model that the page describes."""
    return (*ROOTS, *_parts(ROOTS))


def _sections() -> Iterator[str]:
    yield OPENING
    yield from _section("##", "A process", Process)
    yield from _section("##", "Every step", Step)
    yield from _section("##", "Every step that waits", WaitingStep)
    yield "## Step types\n"
    for name, step in STEP_TYPES.items():
        yield from _section("###", f"`{name}`", step)
    yield f"## Value types\n\nOf inputs, questions, and what connections carry: {words.either(get_args(ValueType))}.\n"
    yield from _functions("Filters", "value | NAME", FILTERS)
    yield from _functions("Functions", "NAME", FUNCTIONS)
    yield "## Files beside a process\n"
    for file in FILES:
        yield from _section("###", file.__name__, file)
    yield "## Parts\n"
    for part in _parts(ROOTS):
        yield from _section("###", part.__name__, part)


def _section(level: str, title: str, model: type[Model]) -> Iterator[str]:
    yield f"{level} {title}\n"
    yield f"{sentences.of_model(model)}\n"
    yield "| Field | Value | Default | Meaning |\n|---|---|---|---|"
    yield from _rows(model)
    yield ""
    if issubclass(model, WaitingStep) and model is not WaitingStep:
        yield "It waits: see also [the fields of every step that waits](#every-step-that-waits).\n"


def _functions(title: str, pattern: str, functions: Mapping[str, Function]) -> Iterator[str]:
    """Filters stand after a `|`, so their first parameter is what stands before it."""
    yield f"## {title}\n\n| Written | Gives |\n|---|---|"
    for name, function in functions.items():
        given = function.parameters[1:] if "|" in pattern else function.parameters
        names = ", ".join(f"[{p.name}]" if p.optional else p.name for p in given)
        written = pattern.replace("NAME", f"{name}({names})" if given or "|" not in pattern else name)
        yield _row(f"`{written}`", inspect.getdoc(function.apply) or "")
    yield ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _rows(model: type[Model]) -> Iterator[str]:
    said = sentences.of_fields(model)
    hints = get_type_hints(model, include_extras=True)
    for name in fields_of(model):
        info = model.model_fields[name]
        yield _row(f"`{info.alias or name}`", words.words(hints[name]), words.default(info), said.get(name, ""))


def fields_of(model: type[Model]) -> list[str]:
    """The fields that a step type adds to those of every step (of every wait), or says anew; all of other models."""
    bases = [base for base in (Step, WaitingStep) if base is not model and issubclass(model, base)]
    above = {name for base in bases for name in base.model_fields} - set(model.__annotations__)
    return [name for name in model.model_fields if name not in above and name not in _unsaid(model)]


def _unsaid(model: type[Model]) -> set[str]:
    return {"type"} if issubclass(model, Step) else set()  # the section's own title


def _parts(roots: Iterable[type[Model]]) -> list[type[Model]]:
    """The models inside others, each once, in the order in which the page meets them."""
    known, found = set(roots), []
    queue = list(roots)
    while queue:
        hints = get_type_hints(queue.pop(0), include_extras=True)
        for part in (p for hint in hints.values() for p in words.models(hint)):
            if part not in known:
                known.add(part)
                found.append(part)
                queue.append(part)
    return found


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        print("docs/reference.md is not what the models say; run `python -m docs.reference`", file=sys.stderr)
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
