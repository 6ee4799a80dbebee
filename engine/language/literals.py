"""What a text without a declared type is."""

import re
from decimal import Decimal

from engine.language.nodes import Scalar


def plain_word(node: Scalar) -> bool:
    """Whether the text can stand in `[ ]` as it is, and is one item for certain."""
    return not node.style and bool(re.fullmatch(r"[\w.@+-]+", node.text))


def literal(node: Scalar) -> str:
    """A value of no declared type: `true`, `false` and numbers are themselves, everything else is text.

    A number is one only where writing it again gives the same characters, so
    `1.10`, `01234` and `+44` stay as they were written.
    """
    if node.style:
        return node.text
    if node.text in ("true", "false"):
        return f"${{ {node.text} }}"
    if re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d{0,8}[1-9])?", node.text) and str(Decimal(node.text)) == node.text:
        return f"${{ {node.text} }}"
    return node.text
