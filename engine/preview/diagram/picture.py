"""What a picture is made of: boxes, words, lines; and drawings, which know where a line enters and leaves them.

All sizes are pixels; `y` grows downwards.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Box:
    """`look` names its style. A `frame` holds other boxes; the others never overlap any."""

    x: float
    y: float
    width: float
    height: float
    look: str
    frame: bool = False
    radius: float = 8
    title: str = ""  # the whole text, for whoever points at it or cannot see it
    step: str = ""  # the step's id
    state: str = ""

    def moved(self, dx: float, dy: float) -> "Box":
        return replace(self, x=self.x + dx, y=self.y + dy)

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class Words:
    """Lines of text; `y` is the baseline of the first. `room` is how wide they may be."""

    x: float
    y: float
    lines: tuple[str, ...]
    look: str
    size: float
    room: float
    leading: float
    bold: bool = False
    anchor: str = "start"

    def moved(self, dx: float, dy: float) -> "Words":
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True)
class Line:
    """A line through points, with an arrow at its end or not."""

    points: tuple[tuple[float, float], ...]
    look: str = "flow"
    arrow: bool = True

    def moved(self, dx: float, dy: float) -> "Line":
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))


@dataclass(frozen=True)
class Sign:
    """A small picture that says what kind of step it is; `x`, `y` is its upper left corner."""

    x: float
    y: float
    name: str
    size: float = 16

    def moved(self, dx: float, dy: float) -> "Sign":
        return replace(self, x=self.x + dx, y=self.y + dy)


Shape = Box | Words | Line | Sign


@dataclass(frozen=True)
class Drawing:
    """Shapes within `width` x `height`. The line enters and leaves at x = `axis`; `ends`: it does not leave.

    `port` is the height at which side work is tied to the right edge of what stands at `edge`.
    """

    width: float
    height: float
    axis: float
    shapes: tuple[Shape, ...]
    ends: bool = False
    port: float = 0
    edge: float = 0

    def at(self, dx: float, dy: float) -> tuple[Shape, ...]:
        return tuple(shape.moved(dx, dy) for shape in self.shapes)
