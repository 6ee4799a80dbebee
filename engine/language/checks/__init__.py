"""Everything that is checked beyond the shape of a file: one module for each family of findings."""

from collections.abc import Iterator

from engine.language.checks import (
    deadlines,
    expressions,
    files,
    flow,
    mail,
    plugins,
    public_forms,
    references,
    resources,
    scenarios,
    schedules,
    time,
    unused,
    waits,
    webhooks,
    work,
    writers,
)
from engine.language.checks.subject import Subject
from engine.language.connections import Connections
from engine.language.document import Document
from engine.language.library import Library
from engine.language.problems import Problem
from engine.language.process import Process
from engine.language.scenario import Tests

FAMILIES = (
    references.check,
    plugins.check,
    expressions.check,
    time.check,
    schedules.check,
    deadlines.check,
    waits.check,
    public_forms.check,
    mail.check,
    work.check,
    flow.check,
    writers.check,
)


def check(document: Document, library: Library) -> Iterator[Problem]:
    """Every finding of one file beyond those of its source, and of the files it uses."""
    subject = Subject(document, library) if isinstance(document.root, Process) else None
    if subject is not None:
        for family in FAMILIES:
            family(subject)
    elif isinstance(document.root, Tests):
        scenarios.check(document, library)
    else:
        files.alone(document)
    for path, used in list(library.read_files.items()):
        if path not in library.checked:
            library.checked.add(path)
            resources.check(used)
            if isinstance(used.root, Connections):
                webhooks.samples(used, used.root, library.folder)
    if subject is not None:
        unused.check(subject)
        yield from subject.found
