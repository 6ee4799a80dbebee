"""A process as a Mermaid flowchart, for pages that draw it themselves."""

from collections.abc import Iterable

from engine.language import wording
from engine.language.plan import Plan
from engine.language.process import Handler
from engine.preview.diagram.progress import Progress
from engine.preview.retelling import beginnings, heading, heard, title_of, told_by
from engine.runtime.step import Nested, Step

_COLOURS = {
    "done": "fill:#e3f2e8,stroke:#2f8f5b",
    "waiting": "fill:#fff3d1,stroke:#c48a0c",
    "incident": "fill:#fde5e0,stroke:#b3301b",
    "other": "fill:#f3f2ee,stroke:#a8a69c",
}
_LANES, _INSIDE = ("branch", "choice"), ("then", "loop", "item")


def mermaid(plan: Plan, progress: Progress | None = None) -> str:
    """The flowchart, from `flowchart TD` to its last line."""
    chart = _Chart(progress or Progress())
    chart.process(plan)
    return "\n".join(chart.lines) + "\n"


class _Chart:
    """Writes line by line. Methods that write a block return the nodes from which the process goes on."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.lines = ["flowchart TD"]
        self.depth = 1
        self.nodes = 0

    def process(self, plan: Plan) -> None:
        begin = self._node(f'(["{_text(" ".join(beginnings(plan)) or "Start")}"])')
        after = self._steps(plan.process.steps, (begin,))
        if after:
            self._edges(after, self._node('(["Completed"])'))
        for handler in plan.process.handlers:
            self._handler(handler)
        if self.progress.of_case:
            self.lines += [f"  classDef {name} {colour},color:#1f2a2d" for name, colour in _COLOURS.items()]

    def _handler(self, handler: Handler) -> None:
        self._open(wording.capital(wording.words(handler.id)))
        self._steps(handler.steps, (self._node(f'>"{_text(heard(handler))}"]'),))
        self._close()

    def _steps(self, steps: Iterable[Step], before: tuple[str, ...]) -> tuple[str, ...]:
        for step in steps:
            before = self._step(step, before)
        return before

    def _step(self, step: Step, before: tuple[str, ...]) -> tuple[str, ...]:
        node = self._node(f"{_shape(step)}{self._class(step)}")
        self._edges(before, node)
        after: tuple[str, ...] = () if step.ends_case() and not step.if_ else (node,)
        lanes = [n for n in step.nested() if n.kind in _LANES]
        for nested in (n for n in step.nested() if n.kind in _INSIDE):
            after = self._block(nested, after, title_of(step))
            if nested.kind == "loop":
                self._edges(after, node, "-.->|again|")
        if lanes:
            after = self._lanes(lanes, node)
        for nested in (n for n in step.nested() if n.kind not in (*_LANES, *_INSIDE) and not told_by(n)):
            self._block(nested, (node,), heading(nested), "-.->")
        return after

    def _lanes(self, lanes: list[Nested], node: str) -> tuple[str, ...]:
        after = [end for lane in lanes for end in self._block(lane, (node,), heading(lane))]
        if lanes[-1].kind == "choice" and lanes[-1].if_:
            after.append(node)
        return tuple(after)

    def _block(self, nested: Nested, before: tuple[str, ...], title: str, arrow: str = "-->") -> tuple[str, ...]:
        first = self._open(title) + 1
        after = self._steps(nested.steps, ())
        self._close()
        self._edges(before, f"n{first}", arrow)
        return after

    # -- lines --

    def _open(self, title: str) -> int:
        """Begin an area; its number."""
        area = self._node(f'["{_text(title)}"]', "subgraph ")
        self.depth += 1
        return int(area.removeprefix("n"))

    def _close(self) -> None:
        self.depth -= 1
        self._line("end")

    def _node(self, shape: str, before: str = "") -> str:
        self.nodes += 1
        self._line(f"{before}n{self.nodes}{shape}")
        return f"n{self.nodes}"

    def _edges(self, before: Iterable[str], node: str, arrow: str = "-->") -> None:
        for above in before:
            self._line(f"{above} {arrow} {node}")

    def _line(self, text: str) -> None:
        self.lines.append("  " * self.depth + text)

    def _class(self, step: Step) -> str:
        state = self.progress.of(step.id)
        if state in ("", "ahead"):
            return ""
        return f":::{state if state in _COLOURS else 'other'}"


def _shape(step: Step) -> str:
    only = f"\nonly if {wording.condition(step.if_)}" if step.if_ else ""
    text = _text(title_of(step) + only)
    if step.ends_case():
        return f'(["{text}"])'
    return f'{{{{"{text}"}}}}' if step.type in ("decision", "choose") else f'["{text}"]'


def _text(text: str) -> str:
    """Text between quotes: Mermaid knows no escape but its entities."""
    for character, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(character, entity)
    return text.replace("\n", "<br/>")
