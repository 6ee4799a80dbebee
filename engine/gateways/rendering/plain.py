"""Markdown as the text part of a mail."""

from engine.gateways.rendering.markdown import Node, Writer, only_link

WIDTH = 72


class PlainWriter(Writer):
    """Text with blank lines between blocks; links are followed by their address."""

    def document(self, nodes: list[Node]) -> str:
        return self.blocks(nodes, "\n\n")

    def paragraph(self, node: Node) -> str:
        link = only_link(node)
        return f"{self.inlines(link)}:\n{link.attrs['href']}" if link else self.write(node.children[0])

    def heading(self, node: Node) -> str:
        return self.write(node.children[0])

    def bullet_list(self, node: Node) -> str:
        return "\n".join(self._item("- ", item) for item in node.children)

    def ordered_list(self, node: Node) -> str:
        first = int(node.attrs.get("start", 1))
        return "\n".join(self._item(f"{first + at}. ", item) for at, item in enumerate(node.children))

    def looped(self, node: Node, before: str, after: str) -> str:
        return f"{before}{self._item('- ', node.children[0])}\n{after}"

    def blockquote(self, node: Node) -> str:
        return "\n".join(f"> {line}".rstrip() for line in self.document(node.children).splitlines())

    def hr(self, node: Node) -> str:
        return "-" * WIDTH

    def fence(self, node: Node) -> str:
        return "\n".join(f"    {line}" for line in node.content.splitlines())

    code_block = fence

    def table(self, node: Node) -> str:
        rows = [row for part in node.children for row in part.children]
        return "\n".join(" | ".join(self.write(cell.children[0]) for cell in row.children) for row in rows)

    def text(self, node: Node) -> str:
        return node.content

    code_inline = text

    def image(self, node: Node) -> str:
        return node.content

    def strong(self, node: Node) -> str:
        return self.inlines(node)

    em = strong

    def link(self, node: Node) -> str:
        label, address = self.inlines(node), str(node.attrs["href"])
        return label if label == address.removeprefix("mailto:") else f"{label} ({address})"

    def softbreak(self, node: Node) -> str:
        return "\n" if self.breaks else " "

    def hardbreak(self, node: Node) -> str:
        return "\n"

    def _item(self, mark: str, item: Node) -> str:
        indent = " " * len(mark)
        lines = self.blocks(item.children).splitlines()
        return mark + "\n".join(line if at == 0 else indent + line for at, line in enumerate(lines))


def wrapped(text: str) -> str:
    """The text with its long lines broken, items of lists hanging, no address torn, and no run of blank lines."""
    lines = [piece for line in text.splitlines() for piece in _broken(line if line == "-- " else line.rstrip())]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept).strip() + "\n"


def _broken(line: str) -> list[str]:
    if len(line) <= WIDTH:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + _mark(line.lstrip()))
    lines: list[str] = []
    present = line[: len(line) - len(line.lstrip())]
    for word in line.split():
        if len(present) + len(word) > WIDTH and present.strip():
            lines.append(present.rstrip())
            present = indent
        present += word + " "
    return [*lines, present.rstrip()]


def _mark(line: str) -> int:
    """The width of `- ` or `12. ` at the start of an item."""
    head, space, _ = line.partition(" ")
    return len(head) + 1 if space and (head in ("-", ">") or (head[:-1].isdigit() and head.endswith("."))) else 0
