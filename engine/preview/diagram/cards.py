"""The single boxes of a picture: a step's card, a note at its side, a pill where the line begins or ends."""

from dataclasses import dataclass

from engine.language import wording
from engine.preview.diagram.measure import width, wrapped
from engine.preview.diagram.picture import Box, Drawing, Shape, Sign, Words
from engine.preview.diagram.progress import WORDS, Progress
from engine.preview.retelling import title_of
from engine.runtime.step import Promise, Step


@dataclass(frozen=True)
class Scale:
    """Sizes of the main line, or of what stands small at its side."""

    card: float = 264
    title: float = 13.5
    text: float = 11.5
    pad: float = 12
    gap: float = 30  # between one step and the next
    most: int = 5  # lines of a sentence


MAIN = Scale()
SMALL = Scale(card=232, title=12, text=11, pad=10, gap=22, most=4)

_SIGNS = {
    "email": "mail", "form": "mail", "notify": "mail", "task": "person", "tasks": "person", "signature": "pen",
    "wait": "clock", "subprocess": "case", "document": "page", "decision": "fork", "stop": "end",
}  # fmt: skip
_LOOKS = {"mail": "talk", "person": "people", "pen": "talk", "clock": "time", "case": "time", "end": "end"}


def card(step: Step, scale: Scale, progress: Progress, around: str = "") -> Drawing:
    """A step as a card: what it is called, under which condition it runs, what it does. `around`: it holds others."""
    sign = around or _SIGNS.get(step.type, "gear")
    state = progress.of(step.id)
    column = _Column(scale, scale.pad + 24)
    column.add(title_of(step), "title", scale.title, bold=True, most=3)
    if step.start:
        column.add(f"Not before {wording.moment(step.start).removeprefix('at ')}", "condition", scale.text, most=2)
    if step.if_:
        column.add(f"Only if {wording.condition(step.if_)}", "condition", scale.text, most=3)
    column.add(step.sentence(), "sentence", scale.text, most=scale.most)
    for promise in step.promises():
        if promise.kind == "due":
            column.add(promise.text, "sentence", scale.text, most=3)
    badge = column.badge(WORDS[state], state) if state not in ("", "ahead") else ()
    height = column.bottom
    title = f"{title_of(step)}. {step.sentence()}" + (f" ({WORDS[state]})" if state else "")
    look = "head" if around else _LOOKS.get(sign, "machine")
    box = Box(0, 0, scale.card, height, look, title=title, step=step.id, state=state)
    shapes: tuple[Shape, ...] = (box, Sign(scale.pad, scale.pad - 1, sign), *column.words, *badge)
    return Drawing(scale.card, height, scale.card / 2, shapes, step.ends_case() and not step.if_, 20, scale.card)


def note(promise: Promise, scale: Scale) -> Drawing:
    """What happens by itself beside a step."""
    return remark(promise.text, promise.kind, scale)


def remark(text: str, sign: str, scale: Scale, look: str = "note") -> Drawing:
    column = _Column(scale, scale.pad + 20)
    column.add(text, "remark", scale.text - 0.5, most=6)
    box = Box(0, 0, scale.card, column.bottom, look, title=text, radius=6)
    shapes: tuple[Shape, ...] = (box, Sign(scale.pad - 2, scale.pad - 3, sign, 14), *column.words)
    return Drawing(scale.card, column.bottom, scale.card / 2, shapes, port=column.bottom / 2, edge=scale.card)


def pill(text: str, look: str, room: float, lines: tuple[str, ...] = ()) -> Drawing:
    """Where the line begins or ends: a word, and a few lines that say more."""
    size, more = 12.5, 11.5
    inside = room - 36
    told = tuple(piece for line in lines for piece in wrapped(line, inside, more, most=4))
    longest = max([width(text, size, True), *(width(line, more) for line in told)])
    wide = min(room, longest + 36)
    height = 32 + len(told) * 16 + (4 if told else 0)
    box = Box(0, 0, wide, height, look, radius=16, title=" ".join((text, *lines)))
    head = Words(wide / 2, 20.5, (text,), f"{look}-word", size, wide - 24, 16, True, "middle")
    body = Words(wide / 2, 40, told, "sentence", more, wide - 24, 16, anchor="middle")
    return Drawing(wide, height, wide / 2, (box, head, *((body,) if told else ())))


class _Column:
    """Texts below each other inside a card."""

    def __init__(self, scale: Scale, left: float) -> None:
        self.scale = scale
        self.left = left
        self.room = scale.card - left - scale.pad
        self.y = scale.pad
        self.words: list[Words] = []

    def add(self, text: str, look: str, size: float, *, bold: bool = False, most: int = 4) -> None:
        lines = wrapped(text, self.room, size, bold=bold, most=most)
        if not lines:
            return
        leading = round(size * 1.34, 1)
        top = self.y + (3 if self.words else 0)
        self.words.append(Words(self.left, top + size * 0.92, lines, look, size, self.room, leading, bold))
        self.y = top + leading * len(lines)

    def badge(self, text: str, state: str) -> tuple[Shape, ...]:
        """What the case has made of this step, in a word below the texts."""
        size, top = self.scale.text - 1, self.y + 6
        wide = width(text, size, True) + 16
        self.y = top + size + 8
        box = Box(self.left, top, wide, size + 8, f"badge-{state}", frame=True, radius=(size + 8) / 2)
        word = Words(self.left + 8, top + size + 1.5, (text,), f"badge-{state}-word", size, wide - 16, size, True)
        return box, word

    @property
    def bottom(self) -> float:
        return self.y + self.scale.pad - 2
