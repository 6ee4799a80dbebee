"""Mails, documents and checklists, against what the step that uses them can give (E07x)."""

import re
from collections.abc import Mapping
from typing import Any

from engine.language.checks import privacy
from engine.language.checks.subject import Subject
from engine.language.checks.templates import Template
from engine.language.document import Document, Leaf
from engine.language.nodes import Scalar, Source
from engine.language.problems import Problem, certain, one_of, suggest
from engine.language.resources import DocumentTemplate, EmailTemplate, Form
from engine.language.syntax import ExpressionProblem
from engine.language.types import ANY, DATE, TEXT, URL, Choice, Field, Record, Type, record

CASE = record(id=TEXT, title=TEXT, url=URL, started_at=Type("datetime"), business_key=TEXT, started_by=TEXT)
_TEXTS = ("subject", "preheader", "button", "title", "filename", "body")
_PICTURE = re.compile(r"!\[[^\]\n]*\]\(images/(?P<name>[^)\s]+)\)")
FORM = ("title", "intro", "thanks")
_CODES = {"E030": "E072", "E031": "E071", "E032": "E071"}


def mail(subject: Subject, name: str, scope: Record, user: str) -> None:
    """A mail template, sent by the step that `user` names."""
    loaded = subject.library.get("emails", name)
    if loaded is None or not isinstance(loaded.root, EmailTemplate):
        return
    handlers = {h.id: Field(URL) for h in subject.process.handlers if h.when is not None and h.when.type == "form"}
    extra = {"link": Field(URL), "to_name": Field(TEXT), "title": Field(TEXT), "links": Field(Record(fields=handlers))}
    seen = Record(fields={**scope.fields, **extra})
    _texts(subject, loaded, seen, f"`{name}` is sent by {user}")
    _pictures(subject, loaded, loaded.root)
    heading = loaded.node(loaded.root, "subject")
    if isinstance(heading, Scalar):
        privacy.subject_line(subject, loaded, heading, seen)


def _pictures(subject: Subject, loaded: Document, template: EmailTemplate) -> None:
    """The files that the mail shows; told once, however many steps send it."""
    for found in _PICTURE.finditer(template.body):
        name, folder = found["name"], subject.library.folder / "images"
        if (folder / name).is_file():
            continue
        node = loaded.node(template, "body")
        place = loaded.source.within(node, found.start("name"), len(name)) if isinstance(node, Scalar) else None
        known = sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []
        near = suggest(name, known)
        hint = f"did you mean `images/{near}`?" if near else f"put the file into `images/{name}`"
        problem = (
            loaded.source.problem("E070", f"there is no picture `images/{name}`", place, hint=hint) if place else None
        )
        if problem and problem not in subject.found:
            subject.found.append(problem)


def form(subject: Subject, name: str, scope: Record, user: str) -> None:
    """The texts of a form, shown on the page of the step, handler or trigger that `user` names."""
    loaded = subject.library.get("forms", name)
    if loaded is not None and isinstance(loaded.root, Form):
        _texts(subject, loaded, scope, f"`{name}` is asked by {user}", FORM)


def _widened(value: Type) -> Type:
    """A template serves many steps: where one of them writes a fixed word, the template still gets any text."""
    return TEXT if isinstance(value, Choice) and len(value.values) == 1 else value


def document(subject: Subject, step: Any, given: Mapping[str, Type]) -> None:
    """The template of a document step: it needs exactly the fields that it declares."""
    loaded = subject.library.get("documents", step.template)
    if loaded is None or not isinstance(loaded.root, DocumentTemplate):
        return
    _fields(subject, step, loaded.root, given)
    fields = {name: Field(_widened(given.get(name, ANY))) for name in loaded.root.fields}
    line = subject.document.place(step).line
    user = f"`{step.template}` is filled in by step `{step.id}` ({subject.document.source.name}:{line})"
    _texts(subject, loaded, Record(fields={**fields, **_document_names()}), user)


def _document_names() -> dict[str, Field]:
    return {"case": Field(CASE), "today": Field(DATE)}


def _fields(subject: Subject, step: Any, template: DocumentTemplate, given: Mapping[str, Type]) -> None:
    guessed = set()
    for name in given:
        if name not in template.fields:
            near = suggest(name, template.fields)
            guessed.add(near)
            note = "" if near else f"it has {one_of(template.fields)}" if template.fields else "it has none"
            hint = f"did you mean `{near}`?" if near else ""
            place = _key(subject.document, step, name)
            fix = subject.document.source.instead(place, name, certain(name, template.fields))
            subject.report("E073", f"the document `{step.template}` has no field `{name}`", place, note, hint, fix=fix)
    for name in template.fields:
        if name not in given and name not in guessed:
            place = subject.document.place(step, "template")
            message = f"the document `{step.template}` needs the field `{name}`"
            subject.report("E073", message, place, hint=f"add `{name}: ${{ ... }}` below `fields:`")


def _key(document: Document, step: Any, name: str) -> Any:
    table: Any = document.node(step, "fields")
    entry = table.entry(name) if table is not None else None
    return entry.key.place if entry else document.place(step, "fields")


def checklist(subject: Subject, name: str) -> list[tuple[Document, Leaf]]:
    """The texts of a checklist, which are filled in by the task that shows it."""
    loaded = subject.library.get("checklists", name)
    if loaded is None or loaded.root is None:
        return []
    return [(loaded, leaf) for leaf in loaded.leaves[id(loaded.root)] if leaf.key == "label"]


def alone(loaded: Document) -> None:
    """A template file that is checked by itself: its grammar, and for a document the names too."""
    if isinstance(loaded.root, EmailTemplate):
        scope = Record(open=True)
    elif isinstance(loaded.root, DocumentTemplate):
        scope = Record(fields={**{name: Field(ANY) for name in loaded.root.fields}, **_document_names()})
    else:
        return
    loaded.source.problems.extend(_found(loaded, scope, ""))


def _texts(subject: Subject, loaded: Document, scope: Record, user: str, keys: tuple[str, ...] = _TEXTS) -> None:
    subject.template(loaded, scope)
    # A template serves many steps: what one of them was told about a place is not told again for the next.
    told = {(p.file, p.line, p.column) for p in subject.found}
    subject.found.extend(p for p in _found(loaded, scope, user, keys) if (p.file, p.line, p.column) not in told)


def _found(loaded: Document, scope: Record, user: str, keys: tuple[str, ...] = _TEXTS) -> list[Problem]:
    found: list[Problem] = []
    for key in keys:
        node = loaded.node(loaded.root, key) if loaded.root is not None else None
        if isinstance(node, Scalar):
            wrong = Template(node.text, scope).check()
            found += [_problem(loaded.source, node, problem, user) for problem in wrong]
    return found


def _problem(source: Source, node: Scalar, problem: ExpressionProblem, user: str) -> Problem:
    place = source.within(node, problem.offset, problem.length)
    note = "; ".join(part for part in (problem.note, user) if part)
    fix = source.instead(place, node.text[problem.offset : problem.offset + problem.length], problem.meant)
    return source.problem(_CODES.get(problem.code, problem.code), problem.message, place, note, problem.help, fix=fix)
