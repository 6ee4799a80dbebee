"""The limited process that prints: `python -m engine.gateways.pdf_child SECONDS MEGABYTES`."""

import os

import typst

from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.limits import serve

# A root that is no folder: markup cannot read files. Fonts of the system only fill in what the embedded ones lack.
_COMPILER = typst.Compiler(root=os.devnull, font_paths=typst.Fonts())


def print_pdf(request: bytes) -> bytes:
    """Raises RenderFailed (`template_error`)."""
    try:
        pages = _COMPILER.compile(input=request, format="pdf")
    except typst.TypstError as problem:
        raise RenderFailed("template_error", f"The document cannot be printed: {problem.message}") from problem
    if not isinstance(pages, bytes):
        raise RenderFailed("template_error", "The document has no pages.")
    return pages


if __name__ == "__main__":
    serve(print_pdf)
