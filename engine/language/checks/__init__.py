"""Everything that is checked beyond the shape of a file: one module for each family of findings."""

from collections.abc import Iterator

from engine.language.document import Document
from engine.language.library import Library
from engine.language.problems import Problem


def check(document: Document, library: Library) -> Iterator[Problem]:
    """Every finding of one file."""
    yield from ()
