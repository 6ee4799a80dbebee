"""A whole folder of definitions at once: every file, and how they fit together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.language.checks import check
from engine.language.connections import Connections
from engine.language.document import Document, Registry
from engine.language.library import FOLDERS, SHARED, Buffers, Library
from engine.language.locales import split
from engine.language.nodes import Place
from engine.language.problems import Problem, errors, in_order, suggest

USUAL = ("form-request", "signature-request", "signature-reminder", "task-reminder", "escalation")
_WRITTEN = (".yaml", ".yml", ".md", ".csv", ".xlsx", ".xls", ".ods", ".json", ".txt", ".html", ".docx")
_ALLOWED = re.compile(r"baton: allow W070\s+because\s+\S")
_TOLD = {
    "forms": "form", "emails": "email template", "documents": "document template", "checklists": "checklist",
    "tables": "decision table", "calendars": "calendar",
}  # fmt: skip


@dataclass(frozen=True)
class Survey:
    """What was found, and how many files were looked at."""

    problems: tuple[Problem, ...]
    files: int


def check_everything(folder: Path, registry: Registry, buffers: Buffers | None = None) -> Survey:
    """Every finding of a folder of definitions. Each file is read once, however many others use it."""
    library = Library(folder.resolve(), registry, buffers=buffers or {})
    found = [p for kind in ("processes", "tests") for document in _all(library, kind) for p in check(document, library)]
    used = set(library.read_files)
    alone = {id(library.read_files[path]) for path in used}
    found += [p for kind in FOLDERS for d in _all(library, kind) if id(d) not in alone for p in check(d, library)]
    shared = [d for name in SHARED if (d := library.shared(name)) is not None]
    found += [p for document in shared for p in check(document, library)]
    found += library.problems()
    if not errors(found):
        found += _unused(library, used)
        found += _translations(library)
    found += _strays(library)
    return Survey(in_order(found), len(library.read_files))


def _all(library: Library, kind: str) -> Iterator[Document]:
    for name in library.names(kind):
        document = library.get(kind, name)
        if document is not None:
            yield document


def _unused(library: Library, used: set[Path]) -> Iterator[Problem]:
    """Files that nothing names. Where something is broken, nobody can tell."""
    for path, document in library.read_files.items():
        kind = path.parent.name
        first = "\n".join(document.source.text.split("\n")[:3])
        if (
            path in used
            or kind not in _TOLD
            or path.stem in USUAL
            or _is_orphan(library, kind, path.stem)
            or _ALLOWED.search(first)
        ):
            continue
        message = f"no process uses the {_TOLD[kind]} `{path.stem}`"
        hint = "use it, or take the file away"
        yield document.source.problem("W070", message, Place(1, 1, 1_000), hint=hint, severity="warning")


def _is_orphan(library: Library, kind: str, name: str) -> bool:
    """A translation without its original is told of as that."""
    base, locale = split(name)
    return kind == "emails" and bool(locale) and base not in library.names(kind)


def _translations(library: Library) -> Iterator[Problem]:
    """Mails in another language that nobody gets, or that lack what the first one has."""
    known = library.names("emails")
    for name in known:
        (base, locale), document = split(name), library.get("emails", name)
        if not locale or document is None:
            continue
        original = library.get("emails", base) if base in known else None
        if original is None:
            near = suggest(base, known)
            hint = f"call it `{near}.{locale}.md`" if near else f"write `{base}.md`, or call this file `{base}.md`"
            message, note = f"there is no `{base}.md` that this is the translation of", "so nobody gets it"
            yield document.source.problem("W074", message, Place(1, 1, 1_000), note, hint, "warning")
        elif getattr(original.root, "button", None) and not getattr(document.root, "button", None):
            message = f"`{base}.md` has a button, and its translation has none"
            hint = "add `button:` with its label in this language"
            yield document.source.problem("W074", message, Place(1, 1, 1_000), "", hint, "warning")


def _strays(library: Library) -> Iterator[Problem]:
    """Files that look like definitions and are never read."""
    samples = set(_samples(library))
    for path in sorted(p for p in library.folder.rglob("*") if p.is_file()):
        inside = path.relative_to(library.folder)
        if path in samples:
            continue
        hidden = any(part.startswith((".", "_", "~")) for part in inside.parts)
        if hidden or path.suffix.lower() not in _WRITTEN or path.stem.lower() == "readme" or len(inside.parts) > 2:
            continue
        if hint := _astray(inside):
            message = f"`{inside.name}` is not read"
            yield Problem("W071", message, str(inside), 1, 1, help=hint, severity="warning")


def _samples(library: Library) -> Iterator[Path]:
    """What other systems send, as connections.yaml names it."""
    document = library.shared("connections")
    if document is not None and isinstance(document.root, Connections):
        schemas = (schema for one in document.root.connections.values() for schema in one.events.values())
        yield from ((library.folder / schema.sample).resolve() for schema in schemas if schema.sample)


def _astray(path: Path) -> str:
    """Where the file should be; empty where it is right, or nobody can say."""
    folder = path.parent.name
    if not folder:
        wrong = path.suffix == ".yml"
        return f"call it `{path.stem}.yaml`" if wrong else ""
    if folder in FOLDERS:
        wanted = FOLDERS[folder].suffix
        verb = "save it as" if wanted == ".csv" else "call it"
        return "" if path.suffix == wanted else f"files in `{folder}/` end in `{wanted}`: {verb} `{path.stem}{wanted}`"
    near = suggest(folder, FOLDERS)
    return f"did you mean the folder `{near}/`?" if near else ""
