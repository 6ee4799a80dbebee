"""What a process asks for and never reads."""

import re
from collections.abc import Iterator

from engine.language.checks.subject import Subject
from engine.language.fields import Reference
from engine.language.locales import variants
from engine.language.problems import errors

_WHOLE = re.compile(r"\binputs\b(?!\s*[:.\[])")


def check(subject: Subject) -> None:
    """Asked last: where something is wrong, that may be where the value was meant."""
    if errors(subject.found) or errors(subject.library.problems()):
        return
    texts = list(_texts(subject))
    _inputs(subject, texts)
    _variables(subject, texts)


def _texts(subject: Subject) -> Iterator[str]:
    """The process and every file that it uses, as they were written."""
    yield subject.document.source.text
    used = {(leaf.kind.kind, leaf.text) for leaf in subject.leaves() if isinstance(leaf.kind, Reference)}
    used |= {("emails", name) for step in subject.steps for name in step.mails()}
    for name in [name for kind, name in used if kind == "emails"]:
        used |= {("emails", other) for other in variants(name, subject.library.names("emails"))}
    for kind in ("emails", "forms", "checklists", "tables", "documents"):
        known = subject.library.names(kind)
        for name in sorted(name for of, name in used if of == kind and name in known):
            if (loaded := subject.library.get(kind, name)) is not None:
                yield loaded.source.text


def _inputs(subject: Subject, texts: list[str]) -> None:
    if any(_WHOLE.search(text) or "inputs[" in text for text in texts):
        return  # somewhere they are all read at once
    for name in subject.process.inputs:
        read = re.compile(rf"\binputs\.{re.escape(name)}\b")
        if not any(read.search(text) for text in texts):
            node = subject.document.node(subject.process, "inputs")
            entry = node.entry(name) if node is not None and hasattr(node, "entry") else None
            if entry is not None:
                note = "whoever starts a case is asked for it"
                hint = "use it, or take it away"
                subject.warn("W030", f"nothing reads the input `{name}`", entry.key.place, note, hint)


def _variables(subject: Subject, texts: list[str]) -> None:
    if any("vars[" in text for text in texts):
        return
    for step in subject.steps:
        node = subject.document.node(step, "values") if step.type == "set" else None  # type: ignore[arg-type]
        for entry in getattr(node, "entries", ()):
            read = re.compile(rf"\bvars\.{re.escape(entry.key.text)}\b")
            if not any(read.search(text) for text in texts):
                message = f"nothing reads `vars.{entry.key.text}`"
                subject.warn("W031", message, entry.key.place, hint="use it, or take it away")
