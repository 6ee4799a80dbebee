"""Markdown as the HTML of a mail's body."""

import re
from html import escape

from engine.gateways.rendering.markdown import Node, Writer, only_link

_OURS = re.compile(r"\Aimages/([A-Za-z0-9][A-Za-z0-9._-]*)\Z")  # a file of definitions/images, which goes along


class HtmlWriter(Writer):
    """HTML with a few class names that the layout knows; a paragraph that is only a link becomes a button."""

    def document(self, nodes: list[Node]) -> str:
        return self.blocks(nodes)

    def paragraph(self, node: Node) -> str:
        link = only_link(node)
        if link:
            return button(str(link.attrs["href"]), self.inlines(link))
        content = self.write(node.children[0])
        return content if node.hidden else f"<p>{content}</p>"

    def heading(self, node: Node) -> str:
        level = max(2, int(node.tag[1]))  # the layout has the only h1
        return f"<h{level}>{self.write(node.children[0])}</h{level}>"

    def bullet_list(self, node: Node) -> str:
        return self.looped(node, "", "")

    def ordered_list(self, node: Node) -> str:
        return self.looped(node, "", "")

    def looped(self, node: Node, before: str, after: str) -> str:
        start = f' start="{node.attrs["start"]}"' if "start" in node.attrs else ""
        items = "\n".join(self.write(item) for item in node.children)
        return f"<{node.tag}{start}>{before}{items}{after}</{node.tag}>"

    def list_item(self, node: Node) -> str:
        return f"<li>{self.blocks(node.children)}</li>"

    def blockquote(self, node: Node) -> str:
        return f"<blockquote>{self.blocks(node.children)}</blockquote>"

    def hr(self, node: Node) -> str:
        return "<hr>"

    def fence(self, node: Node) -> str:
        return f"<pre>{escape(node.content)}</pre>"

    code_block = fence

    def table(self, node: Node) -> str:
        rows = [row for part in node.children for row in part.children]
        return '<table class="data">' + "".join(self._row(row) for row in rows) + "</table>"

    def _row(self, node: Node) -> str:
        return (
            "<tr>"
            + "".join(f"<{cell.tag}>{self.write(cell.children[0])}</{cell.tag}>" for cell in node.children)
            + "</tr>"
        )

    def text(self, node: Node) -> str:
        return escape(node.content)

    def code_inline(self, node: Node) -> str:
        return f"<code>{escape(node.content)}</code>"

    def image(self, node: Node) -> str:
        source = _OURS.sub(r"cid:\1@baton", str(node.attrs["src"]))
        return f'<img src="{escape(source)}" alt="{escape(node.content)}">'

    def strong(self, node: Node) -> str:
        return f"<strong>{self.inlines(node)}</strong>"

    def em(self, node: Node) -> str:
        return f"<em>{self.inlines(node)}</em>"

    def link(self, node: Node) -> str:
        return f'<a href="{escape(str(node.attrs["href"]))}">{self.inlines(node)}</a>'

    def hardbreak(self, node: Node) -> str:
        return "<br>\n"


def button(address: str, label: str) -> str:
    """A button that also Outlook shows: the colour is on the cell, the padding on the link."""
    return (
        '<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0"><tr>'
        f'<td class="button"><a class="button" href="{escape(address)}">{label}</a></td></tr></table>'
    )
