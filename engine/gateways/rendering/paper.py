"""The look of our contracts, in Typst: title, numbered clauses, signature blocks, running header and page numbers."""

from engine.gateways.rendering.brand import Brand

_PAPER = """
#let accent = rgb("COLOUR")
#let faint = luma(105)
#let clauses = counter("clause")
#let paragraphs = counter("paragraph")

#let contract(title: "", firm: "", reference: "", body) = {
  set document(title: title, author: firm, date: none)
  set text(font: "Libertinus Serif", size: 10.5pt, lang: "en", region: "gb", fill: luma(25))
  set par(justify: true, leading: 0.68em, spacing: 1.05em)
  set page(
    paper: "a4",
    margin: (top: 32mm, bottom: 30mm, left: 27mm, right: 27mm),
    header: context if counter(page).get().first() > 1 {
      set text(9pt, fill: faint)
      [#title #h(1fr) #firm]
      v(-7pt)
      line(length: 100%, stroke: 0.4pt + luma(200))
    },
    footer: context {
      set text(9pt, fill: faint)
      line(length: 100%, stroke: 0.4pt + luma(200))
      v(-5pt)
      [#reference #h(1fr) Page #counter(page).display() of #counter(page).final().first()]
    },
  )
  block(below: 9mm, width: 100%, {
    text(11pt, weight: "bold", fill: accent, tracking: 0.6pt, upper(firm))
    v(6mm, weak: true)
    par(justify: false, leading: 0.45em, text(27pt, weight: "bold", title))
    v(5mm, weak: true)
    line(length: 100%, stroke: 1.2pt + accent)
  })
  body
}

#let hung(mark, body, width: 11mm) = grid(columns: (width, 1fr), mark, body)

#let clause(body) = {
  clauses.step()
  paragraphs.update(0)
  block(sticky: true, above: 1.9em, below: 0.95em, hung(
    text(12.5pt, weight: "bold", fill: accent, context clauses.display("1.")),
    par(justify: false, text(12.5pt, weight: "bold", fill: accent, body)),
  ))
}

#let subheading(body) = block(sticky: true, above: 1.7em, below: 0.9em, text(12.5pt, weight: "bold", body))

#let numbered(body) = {
  paragraphs.step()
  block(hung(context {
    text(fill: faint)[#clauses.display("1").#paragraphs.display("1")]
  }, body))
}

#let lettered(..items) = pad(left: 11mm, for (at, item) in items.pos().enumerate() {
  block(above: 0.85em, below: 0.85em, hung(text(fill: faint, numbering("(a)", at + 1)), item, width: 8mm))
})

#let counted(start: 1, ..items) = for (at, item) in items.pos().enumerate() {
  block(above: 0.85em, below: 0.85em, hung([#(at + start).], item, width: 7mm))
}

#let bulleted(..items) = for item in items.pos() {
  block(above: 0.85em, below: 0.85em, hung([•], item, width: 5mm))
}

#let ruled(label, value, height: 8mm) = (
  box(inset: (bottom: 1.4mm), text(8.5pt, fill: faint, label)),
  box(width: 100%, height: height, inset: (bottom: 1.4mm), stroke: (bottom: 0.5pt + luma(120)), align(bottom, value)),
)

#let signatory(party, person) = block(breakable: false, width: 100%, {
  par(justify: false)[Signed for #strong(party)]
  grid(columns: (17mm, 1fr), row-gutter: 1mm, align: bottom,
    ..ruled([Signature], [], height: 15mm), ..ruled([Name], person), ..ruled([Date], []))
})

#let signatures(..people) = block(breakable: false, above: 1.4em, width: 100%,
  grid(columns: (1fr, 1fr), column-gutter: 12mm, row-gutter: 10mm, align: bottom, ..people))

#let data(columns, ..cells) = block(above: 1.6em, below: 1.6em, {
  show table.cell.where(y: 0): strong
  table(
    columns: (1fr,) * columns, inset: (left: 0mm, right: 4mm, y: 2.2mm), align: left,
    stroke: (_, row) => (bottom: if row == 0 { 1pt + accent } else { 0.4pt + luma(170) }),
    ..cells,
  )
})
"""


def sheet(title: str, reference: str, brand: Brand, body: str) -> str:
    """The whole source of a document; `body` is Typst already."""
    names = f"title: {quoted(title)}, firm: {quoted(brand.name)}, reference: {quoted(reference)}"
    return f"{_PAPER.replace('COLOUR', brand.colour)}\n#show: contract.with({names})\n\n{body}\n"


def quoted(text: str) -> str:
    """A Typst string; nothing in it is markup or code."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """What may stand between the quotes of a Typst string; characters that cannot be printed become spaces."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return printable.replace("\\", "\\\\").replace('"', '\\"')
