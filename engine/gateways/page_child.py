"""The limited process that paints pages: `python -m engine.gateways.page_child SECONDS MEGABYTES`.

Its answer is one PNG after the other, each behind its length in four bytes.
"""

import os

import typst

from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.limits import serve

SHARP = 100.0  # dots per inch: sharp on a screen, small in a file

_COMPILER = typst.Compiler(root=os.devnull, font_paths=typst.Fonts())


def paint(request: bytes) -> bytes:
    """Raises RenderFailed (`template_error`)."""
    try:
        found = _COMPILER.compile(input=request, format="png", ppi=SHARP)
    except typst.TypstError as problem:
        raise RenderFailed("template_error", f"The document cannot be painted: {problem.message}") from problem
    pages = [found] if isinstance(found, bytes) else list(found or ())
    return b"".join(len(page).to_bytes(4, "big") + page for page in pages)


if __name__ == "__main__":
    serve(paint)
