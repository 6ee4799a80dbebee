"""Markdown as Typst: `##` opens a numbered clause, its paragraphs are 1.1, 1.2 and its lists (a), (b)."""

import re

from engine.gateways.rendering.holes import Perforated
from engine.gateways.rendering.markdown import Node, Writer
from engine.gateways.rendering.paper import escaped

_SPECIAL = re.compile(r"([\\#$*_`<>@\[\]~=+/\-])")


class TypstWriter(Writer):
    """A fence named `signatures` has one signatory a line: `Party: Name, Role`."""

    def __init__(self, template: Perforated) -> None:
        super().__init__(template)
        self.in_clause = False

    def document(self, nodes: list[Node]) -> str:
        return self.blocks(nodes, "\n\n")

    def paragraph(self, node: Node) -> str:
        content = self.write(node.children[0])
        return f"#numbered[{content}]" if self.in_clause and node.level == 0 else content

    def heading(self, node: Node) -> str:
        self.in_clause = node.tag == "h2"
        return f"#{'clause' if self.in_clause else 'subheading'}[{self.write(node.children[0])}]"

    def bullet_list(self, node: Node) -> str:
        return self.looped(node, "", "")

    def ordered_list(self, node: Node) -> str:
        return self.looped(node, "", "")

    def looped(self, node: Node, before: str, after: str) -> str:
        kind = "counted" if node.type == "ordered_list" else "bulleted"
        start = f"start: {node.attrs['start']}," if "start" in node.attrs and not self.in_clause else ""
        items = "".join(f"[{self.blocks(item.children, chr(10) * 2)}]," for item in node.children)
        return f"#{'lettered' if self.in_clause else kind}({start}{before}{items}{after})"

    def blockquote(self, node: Node) -> str:
        return f"#quote(block: true)[{self.blocks(node.children, chr(10) * 2)}]"

    def hr(self, node: Node) -> str:
        return "#line(length: 100%, stroke: 0.4pt + luma(200))"

    def fence(self, node: Node) -> str:
        if node.info.strip() == "signatures":
            self.in_clause = False
            return f"#signatures({''.join(map(self._signatory, node.content.splitlines()))})"
        return "#linebreak();".join(escape(line) for line in node.content.splitlines())

    code_block = fence

    def table(self, node: Node) -> str:
        rows = [row for part in node.children for row in part.children]
        cells = "".join(f"[{self.write(cell.children[0])}]," for row in rows for cell in row.children)
        return f"#data({len(rows[0].children)}, {cells})"

    def text(self, node: Node) -> str:
        return escape(node.content)

    code_inline = text
    image = text

    def strong(self, node: Node) -> str:
        return f"#strong[{self.inlines(node)}];"

    def em(self, node: Node) -> str:
        return f"#emph[{self.inlines(node)}];"

    def link(self, node: Node) -> str:
        return f'#link("{escaped(str(node.attrs["href"]))}")[{self.inlines(node)}];'

    def hardbreak(self, node: Node) -> str:
        return "#linebreak();"

    def _signatory(self, line: str) -> str:
        party, _, person = line.partition(":")
        return f"signatory([{escape(party.strip())}], [{escape(person.strip())}]),"


def escape(text: str) -> str:
    """The author's own words: nothing in them is Typst."""
    return _SPECIAL.sub(r"\\\1", text)
