"""Where everything stands: each block is laid out by itself, and put into the block around it."""

from collections.abc import Callable, Iterable

from engine.language import wording
from engine.language.plan import Plan
from engine.preview.diagram.cards import MAIN, SMALL, Scale, card, note, pill, remark
from engine.preview.diagram.measure import wrapped
from engine.preview.diagram.picture import Box, Drawing, Line, Shape, Words
from engine.preview.diagram.progress import Progress
from engine.preview.retelling import beginnings, heading, heard, speaking, steps_in, title_of, told_by
from engine.runtime.step import Nested, Step

MARGIN = 28.0
_LANES, _INSIDE = ("branch", "choice"), ("then", "loop", "item")
_FRAME = 16.0  # between a frame and what it holds
_BACK = 22.0  # room for the arrow that leads back in a loop
_SIDE = 30.0  # between a step and what happens at its side


def drawn(plan: Plan, progress: Progress | None = None) -> Drawing:
    """The picture of a whole process; with a progress, coloured by how far its case has come."""
    titles = {step.id: f"“{title_of(step)}”" for step in _everything(plan)}
    with speaking(plan, titles):
        return _Layout(progress or Progress()).process(plan)


def _everything(plan: Plan) -> Iterable[Step]:
    for block in (plan.process.steps, *(handler.steps for handler in plan.process.handlers)):
        yield from steps_in(block)


class _Layout:
    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    # -- the whole --

    def process(self, plan: Plan) -> Drawing:
        main = self._main(plan)
        aside = self._handlers(plan)
        shapes: list[Shape] = list(main.at(MARGIN, MARGIN))
        width = main.width + 2 * MARGIN
        if aside:
            shapes += aside.at(width + MARGIN / 2, MARGIN)
            width += aside.width + MARGIN * 1.5
        height = max(main.height, aside.height if aside else 0) + 2 * MARGIN
        return Drawing(width, height, main.axis + MARGIN, tuple(shapes))

    def _main(self, plan: Plan) -> Drawing:
        steps = plan.process.steps
        begin = pill("Start", "start", 420, tuple(beginnings(plan)))
        blocks = [begin, *(self.step(step, MAIN) for step in steps)]
        outcome = self.progress.outcome
        if not blocks[-1].ends:
            blocks.append(pill("Completed", "finish-reached" if outcome == "completed" else "finish", 240))
        stages = ["", *_stages(steps), ""][: len(blocks)]
        return _banded(blocks, stages)

    def _handlers(self, plan: Plan) -> Drawing | None:
        frames = []
        for handler in plan.process.handlers:
            head = remark(heard(handler).removesuffix(":") + ".", "ear", SMALL, "hear")
            frames.append(_stacked([head, *(self.step(s, SMALL) for s in handler.steps)], SMALL.gap))
        if not frames:
            return None
        return _panel("At any time while it runs", frames)

    # -- blocks --

    def steps(self, steps: tuple[Step, ...], scale: Scale) -> Drawing:
        return _stacked([self.step(step, scale) for step in steps], scale.gap)

    def step(self, step: Step, scale: Scale) -> Drawing:
        lanes = [n for n in step.nested() if n.kind in _LANES]
        inside = [n for n in step.nested() if n.kind in _INSIDE]
        if lanes:
            core = self._lanes(step, lanes, scale)
        elif inside:
            core = self._frame(step, inside, scale)
        else:
            core = card(step, scale, self.progress)
        beside = self._beside(step)
        return _with_side(core, beside) if beside else core

    def _lanes(self, step: Step, lanes: list[Nested], scale: Scale) -> Drawing:
        """A card, and below it the branches side by side, between the line that parts them and the one that joins."""
        choice = lanes[0].kind == "choice"
        head = card(step, scale, self.progress, "choice" if choice else "branches")
        columns = [_lane(_label(lane, choice), self.steps(lane.steps, scale), scale) for lane in lanes]
        if choice and lanes[-1].if_:
            columns.append(_lane("Otherwise", _nothing(scale), scale))
        return _parted(head, columns)

    def _frame(self, step: Step, inside: list[Nested], scale: Scale) -> Drawing:
        """A frame around the steps inside; a loop has an arrow that leads back."""
        head = card(step, scale, self.progress, inside[0].kind)
        body = _stacked([self.steps(nested.steps, scale) for nested in inside], scale.gap)
        return _framed(head, body, inside[0].kind, scale.gap)

    def _beside(self, step: Step) -> list[Drawing]:
        """What happens at the side: a note for each promise, and the blocks that no sentence tells."""
        nested = {n.name: n for n in step.nested() if n.kind not in (*_LANES, *_INSIDE) and not told_by(n)}
        found = []
        for promise in step.promises():
            block = nested.pop(promise.block, None)
            if block:
                found.append(self._aside(note(promise, SMALL), block))
            elif promise.kind != "due" and "as long as it takes" not in promise.text:
                found.append(note(promise, SMALL))
        return [*found, *(self._aside(remark(f"{heading(n)}:", n.kind, SMALL), n) for n in nested.values())]

    def _aside(self, head: Drawing, block: Nested) -> Drawing:
        return _stacked([head, *(self.step(step, SMALL) for step in block.steps)], SMALL.gap)


def _label(lane: Nested, choice: bool) -> str:
    if choice:
        return heading(lane)
    name = wording.capital(wording.words(lane.name))
    return f"{name}, only if {wording.condition(lane.if_)}" if lane.if_ else name


def _stages(steps: Iterable[Step]) -> list[str]:
    """The stage in which the case is at each step of the main line."""
    found, stage = [], ""
    for step in steps:
        stage = step.stage or stage
        found.append(stage)
    return found


# -- putting together ---------------------------------------------------------


def _stacked(blocks: list[Drawing], gap: float) -> Drawing:
    """Blocks below each other on one line, an arrow from each to the next."""
    return _column(blocks, lambda n: gap)


def _column(blocks: list[Drawing], gap: Callable[[int], float]) -> Drawing:
    axis = max(b.axis for b in blocks)
    width = axis + max(b.width - b.axis for b in blocks)
    shapes: list[Shape] = []
    y = 0.0
    for n, block in enumerate(blocks):
        if n:
            space = gap(n)
            if not blocks[n - 1].ends:
                shapes.append(Line(((axis, y), (axis, y + space))))
            y += space
        shapes += block.at(axis - block.axis, y)
        y += block.height
    first = blocks[0]
    return Drawing(width, y, axis, tuple(shapes), blocks[-1].ends, first.port, axis - first.axis + first.edge)


def _banded(blocks: list[Drawing], stages: list[str]) -> Drawing:
    """The main line, with a band behind the steps of each stage."""
    changes = [n for n in range(1, len(blocks)) if stages[n] != stages[n - 1]]
    if not any(stages):
        return _stacked(blocks, MAIN.gap)
    inner = _column(blocks, lambda n: 64.0 if n in changes else MAIN.gap)
    axis = inner.axis + _FRAME + 8
    width = axis + inner.width - inner.axis + _FRAME
    shapes: list[Shape] = []
    y = 0.0
    top, stage = 0.0, ""
    for n, block in enumerate(blocks):
        gap = 0.0 if n == 0 else 64.0 if n in changes else MAIN.gap
        if n in changes:
            shapes += _band(stage, top, y + 16, width)
            top, stage = y + 26, stages[n]
        y += gap + block.height
    shapes += _band(stage, top, y + 16, width)
    return Drawing(width, y, axis, (*shapes, *inner.at(axis - inner.axis, 0)))


def _band(stage: str, top: float, bottom: float, width: float) -> tuple[Shape, ...]:
    if not stage:
        return ()
    words = wording.capital(wording.words(stage))
    box = Box(0, top, width, bottom - top, "band", frame=True, radius=14, title=f"Stage: {words}")
    lines = wrapped(words, width / 2 - 40, 12, bold=True, most=1)
    return box, Words(16, top + 22, lines, "stage", 12, width / 2 - 40, 16, True)


def _lane(label: str, body: Drawing, scale: Scale) -> Drawing:
    """A branch with its name on top."""
    room = max(body.width, scale.card * 0.7)
    lines = wrapped(label, room - 4, scale.text, bold=True, most=4)
    leading = scale.text * 1.34
    top = 18 + leading * len(lines) + 14
    left = (room - body.width) / 2
    width = max(room, left + body.width) + 2 * 12
    words = Words(12, 10 + scale.text, lines, "lane-word", scale.text, room - 4, leading, True)
    axis = 12 + left + body.axis
    line = Line(((axis, top - 14), (axis, top)))
    shapes = (words, line, *body.at(12 + left, top))
    return Drawing(width, top + body.height + 12, axis, shapes, body.ends)


def _nothing(scale: Scale) -> Drawing:
    words = Words(60, 16, ("goes on",), "remark", scale.text, 100, 14, anchor="middle")
    return Drawing(120, 24, 60, (words,))


def _parted(head: Drawing, lanes: list[Drawing]) -> Drawing:
    space, fork = 12.0, 36.0
    body = sum(lane.width for lane in lanes) + space * (len(lanes) - 1)
    axis = max(body / 2, head.axis)
    left, top = axis - body / 2, head.height + fork
    height = max(lane.height for lane in lanes)
    shapes: list[Shape] = [*head.at(axis - head.axis, 0)]
    middles, open_lanes = [], []
    x = left
    for lane in lanes:
        middle = x + lane.axis
        middles.append(middle)
        shapes.append(Box(x, top, lane.width, height, "lane", frame=True, radius=10))
        shapes.append(Line(((axis, head.height), (axis, head.height + fork / 2), (middle, head.height + fork / 2),
                            (middle, top))))  # fmt: skip
        shapes += lane.at(x, top)
        if not lane.ends:
            open_lanes.append((middle, top + lane.height - 12))
        x += lane.width + space
    bottom = top + height + fork / 2
    shapes += [Line(((m, y), (m, bottom), (axis, bottom)), arrow=False) for m, y in open_lanes]
    width = max(axis + body / 2, axis + head.width - head.axis)
    return Drawing(width, bottom, axis, tuple(shapes), not open_lanes, 20, axis + head.width - head.axis)


def _framed(head: Drawing, body: Drawing, kind: str, gap: float) -> Drawing:
    back = _BACK if kind == "loop" else 0.0
    inner = _stacked([head, body], gap)
    left = _FRAME + back
    width, height = left + inner.width + _FRAME, inner.height + 2 * _FRAME + (12 if back else 0)
    axis = left + inner.axis
    box = Box(0, 0, width, height, "loop" if back else "items" if kind == "item" else "group", frame=True, radius=14)
    shapes: list[Shape] = [box, Line(((axis, 0), (axis, _FRAME)), arrow=False), *inner.at(left, _FRAME)]
    if not inner.ends:
        shapes.append(Line(((axis, _FRAME + inner.height), (axis, height)), arrow=False))
    if back:
        low, high, x = _FRAME + inner.height + 8, _FRAME + 16, _FRAME + 4
        shapes.append(Line(((axis, low), (x, low), (x, high), (left + inner.axis - head.axis, high)), "back"))
    return Drawing(width, height, axis, tuple(shapes), False, _FRAME + 20, width)


def _with_side(core: Drawing, beside: list[Drawing]) -> Drawing:
    """A block with its side work in a column at its right, tied to it by a thin line."""
    x, y = core.width + _SIDE, 0.0
    bus = core.width + _SIDE / 2
    shapes: list[Shape] = [*core.shapes]
    for drawing in beside:
        middle = y + max(drawing.port, 14)
        shapes.append(Line(((core.edge, core.port), (bus, core.port), (bus, middle), (x, middle)), "tie", arrow=False))
        shapes += drawing.at(x, y)
        y += drawing.height + 10
    width = x + max(drawing.width for drawing in beside)
    height = max(core.height, y - 10)
    if height > core.height and not core.ends:
        shapes.append(Line(((core.axis, core.height), (core.axis, height)), arrow=False))
    return Drawing(width, height, core.axis, tuple(shapes), core.ends, core.port, core.edge)


def _panel(title: str, frames: list[Drawing]) -> Drawing:
    """The handlers, below each other in an area of their own."""
    width = max(f.width for f in frames) + 2 * _FRAME
    words = Words(
        _FRAME, 26, wrapped(title, width - 2 * _FRAME, 12, bold=True), "stage", 12, width - 2 * _FRAME, 16, True
    )
    shapes: list[Shape] = []
    y = 44.0
    for frame in frames:
        shapes += frame.at(_FRAME, y)
        y += frame.height + 26
    box = Box(0, 0, width, y - 26 + _FRAME, "panel", frame=True, radius=14, title=title)
    return Drawing(width, box.height, width / 2, (box, words, *shapes))
