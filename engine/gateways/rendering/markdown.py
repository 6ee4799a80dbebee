"""Markdown as a tree, and the walk over it that every kind of result shares."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from engine.gateways.rendering.holes import Perforated

Node = SyntaxTreeNode
# Smart quotes, but no other replacement: `(c)` in a contract is a clause and no copyright sign.
_PARSER = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(["table", "smartquotes"])
_SHORT_LINE = 45  # characters


def parsed(text: str) -> Node:
    return SyntaxTreeNode(_PARSER.parse(text))


def keeps_breaks(inline: Node) -> bool:
    """Whether a paragraph of short lines (an address, a greeting) is meant to keep them."""
    lines = inline.content.splitlines()
    return len(lines) > 1 and max(map(len, lines)) <= _SHORT_LINE


def only_link(paragraph: Node) -> Node | None:
    """The link that a paragraph consists of."""
    inline = paragraph.children[0]
    return inline.children[0] if [child.type for child in inline.children] == ["link"] else None


class Writer:
    """Writes a tree of Markdown in some language; one method for each kind of node, named after it.

    A statement on a line of its own comes through as it is. A loop around one
    list goes inside the list, so that its rounds are one list and not many.
    """

    def __init__(self, template: Perforated) -> None:
        self.template = template
        self.breaks = False  # whether the line ends of the present paragraph are kept

    def blocks(self, nodes: Sequence[Node], separator: str = "\n") -> str:
        return separator.join(self._arranged(nodes))

    def inlines(self, node: Node) -> str:
        return "".join(self.write(child) for child in node.children)

    def write(self, node: Node) -> str:
        written: str = getattr(self, node.type)(node)
        return written

    def inline(self, node: Node) -> str:
        self.breaks = keeps_breaks(node)
        return self.inlines(node)

    def softbreak(self, node: Node) -> str:
        return self.hardbreak(node) if self.breaks else "\n"

    def hardbreak(self, node: Node) -> str:
        raise NotImplementedError

    def looped(self, node: Node, before: str, after: str) -> str:
        """A list with the statements of a loop around its items."""
        raise NotImplementedError

    def _arranged(self, nodes: Sequence[Node]) -> list[str]:
        written: list[str] = []
        for node in nodes:
            statement = self._statement(node)
            written.append(statement or self.write(node))
        for at in range(len(nodes) - 2, 0, -1):
            if self._is_loop(nodes[at - 1 : at + 2]):
                written[at - 1 : at + 2] = [self.looped(nodes[at], written[at - 1], written[at + 1])]
        return written

    def _is_loop(self, around: Sequence[Node]) -> bool:
        before, middle, after = (self.template.statements(self._statement(node)) for node in around)
        is_list = around[1].type in ("bullet_list", "ordered_list")
        return (
            is_list and not middle and before[-1:] != () and before[-1].startswith("for ") and after[:1] == ("endfor",)
        )

    def _statement(self, node: Node) -> str:
        if node.type != "paragraph" or not self.template.statements(node.children[0].content):
            return ""
        return node.children[0].content
