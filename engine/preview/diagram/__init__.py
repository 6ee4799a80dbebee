"""A process as a picture: blocks in blocks, so that the layout is exact and nothing ever overlaps."""

from engine.preview.diagram.layout import drawn
from engine.preview.diagram.mermaid import mermaid
from engine.preview.diagram.progress import Progress, progress
from engine.preview.diagram.svg import svg

__all__ = ["Progress", "drawn", "mermaid", "progress", "svg"]
