"""A drawing as SVG: one file with its styles inside, dark text on a light ground, readable by machines and in print."""

from collections.abc import Callable
from html import escape
from typing import Any

from engine.preview.diagram.picture import Box, Drawing, Line, Shape, Sign, Words

_FONT = "'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"

_STYLE = f"""
text {{ font-family: {_FONT}; fill: #1f2a2d; }}
.ground {{ fill: #fbf9f4; }}
.talk, .people, .time, .machine, .end {{ stroke-width: 1.25; }}
.talk {{ fill: #eef6f1; stroke: #7fb39c; }}
.people {{ fill: #edf3fb; stroke: #86a6cf; }}
.time {{ fill: #fdf5e3; stroke: #d3ae62; }}
.machine {{ fill: #ffffff; stroke: #aab4b3; }}
.end {{ fill: #fbeeea; stroke: #cf8f80; }}
.head {{ fill: #f6f4ee; stroke: #9aa6a3; stroke-width: 1.25; }}
.state-done {{ fill: #e3f2e8; stroke: #2f8f5b; stroke-width: 2; }}
.state-waiting {{ fill: #fff3d1; stroke: #c48a0c; stroke-width: 2.5; }}
.state-incident {{ fill: #fde5e0; stroke: #b3301b; stroke-width: 2.5; }}
.state-failed {{ fill: #fde5e0; stroke: #b3301b; stroke-width: 2; }}
.state-timed_out {{ fill: #f6e9d8; stroke: #9a6a24; stroke-width: 2; }}
.state-skipped, .state-cancelled, .state-suppressed {{ fill: #f3f2ee; stroke: #a8a69c; stroke-dasharray: 5 4; }}
.state-ahead {{ fill: #ffffff; stroke: #cfd2cd; }}
.note {{ fill: #ffffff; stroke: #cbc4b5; stroke-dasharray: 4 3; }}
.hear {{ fill: #f3effa; stroke: #a596cc; }}
.start, .finish {{ fill: #ffffff; stroke: #17594a; stroke-width: 1.75; }}
.finish-reached {{ fill: #17594a; stroke: #17594a; }}
.finish-reached-word {{ fill: #ffffff; }}
.lane {{ fill: #ffffff; fill-opacity: .72; stroke: #dcd6c9; }}
.loop, .group, .items {{ fill: #ffffff; fill-opacity: .55; stroke: #9aa6a3; stroke-dasharray: 7 4; }}
.items {{ stroke-width: 2.5; stroke-dasharray: none; stroke: #bcc4c1; }}
.band {{ fill: #f0ece1; }}
.panel {{ fill: #f6f3fb; stroke: #d8cfeb; }}
.flow, .back, .tie {{ fill: none; stroke: #56655f; stroke-width: 1.5; stroke-linejoin: round; }}
.tie {{ stroke: #b3aa98; stroke-width: 1.2; stroke-dasharray: 3 3; }}
.back {{ stroke: #8a6fb0; }}
.sentence, .remark {{ fill: #47545a; }}
.condition {{ fill: #7a4b08; }}
.stage {{ fill: #6a5f47; letter-spacing: .3px; }}
.lane-word {{ fill: #33423f; }}
.sign {{ fill: none; stroke: #47545a; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }}
.badge-done {{ fill: #2f8f5b; }} .badge-waiting {{ fill: #8a5d00; }} .badge-incident, .badge-failed {{ fill: #b3301b; }}
.badge-timed_out {{ fill: #7d531b; }} .badge-skipped, .badge-cancelled, .badge-suppressed {{ fill: #6d6b62; }}
[class^="badge"][class$="word"] {{ fill: #ffffff; }}
"""

_SIGNS = {
    "mail": "M1.5 3.5h13v9h-13z M1.5 4l6.5 5 6.5-5",
    "person": "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6z M2 15c0-3.4 2.6-5.2 6-5.2s6 1.8 6 5.2",
    "pen": "M2 14l1-4 8-8 3 3-8 8z M9.5 3.5l3 3",
    "clock": "M8 15a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M8 4.2V8l2.8 1.8",
    "case": "M1.5 5h13v9h-13z M5.5 5V2.5h5V5",
    "page": "M3 1.5h7l3 3v10H3z M5.5 7h5 M5.5 10h5",
    "fork": "M8 1.5V6 M8 6L3 10.5V14 M8 6l5 4.5V14",
    "end": "M4 4h8v8H4z",
    "gear": "M8 10.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2z M8 1.5v2 M8 12.5v2 M1.5 8h2 M12.5 8h2"
    " M3.4 3.4l1.4 1.4 M11.2 11.2l1.4 1.4 M12.6 3.4l-1.4 1.4 M4.8 11.2l-1.4 1.4",
    "reminder": "M3 12V7.2a5 5 0 0 1 10 0V12z M1.8 12h12.4 M6.8 14.5h2.4",
    "escalate": "M8 14V2.5 M3.5 7L8 2.5 12.5 7",
    "suppressed": "M1.5 3.5h13v9h-13z M1.5 4l6.5 5 6.5-5 M2 15 14.5 1.5",
    "timeout": "M4 1.5h8 M4 14.5h8 M4.8 1.5c0 4 6.4 4.5 6.4 6.5s-6.4 2.5-6.4 6.5 M11.2 1.5c0 4-6.4 4.5-6.4 6.5"
    "s6.4 2.5 6.4 6.5",
    "loop": "M13.5 8a5.5 5.5 0 1 1-1.8-4.1 M13.8 1.5v3h-3",
    "branches": "M8 1.5V5 M2.5 5h11 M2.5 5v6 M8 5v6 M13.5 5v6 M2.5 11h11 M8 11v3.5",
    "choice": "M8 1.5L14.5 8 8 14.5 1.5 8z",
    "item": "M1.5 5h9v9h-9z M5 5V2h9.5v9h-4",
    "then": "M2 2h12v12H2z M5 6h6 M5 10h6",
    "ear": "M3.2 8a4.8 4.8 0 0 1 9.6 0 M5.6 8a2.4 2.4 0 0 1 4.8 0 M8 8v6.5",
    "limit": "M8 15a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M4.5 8h7",
}  # fmt: skip


_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
    'role="img" aria-labelledby="title about">'
)


def svg(drawing: Drawing, title: str, about: str = "") -> str:
    """The picture as a file. `about` describes it for those who cannot see it."""
    wide, high = _number(drawing.width), _number(drawing.height)
    lines = [
        _HEAD.format(wide=wide, high=high),
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="about">{escape(about)}</desc>',
        f"<style>{_STYLE}</style>",
        f"<defs>{_arrow_head('head', '#56655f')}{_arrow_head('again', '#8a6fb0')}</defs>",
        f'<rect class="ground" width="{wide}" height="{high}"/>',
        *(_shape(shape) for shape in sorted(drawing.shapes, key=_layer)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _arrow_head(name: str, colour: str) -> str:
    place = 'viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="7" markerHeight="7" orient="auto"'
    return f'<marker id="{name}" {place}><path d="M0 0.8L9.5 5 0 9.2z" fill="{colour}"/></marker>'


def _layer(shape: Shape) -> int:
    """Frames lie below everything, words above."""
    if isinstance(shape, Box):
        return (2 if shape.look.startswith("badge") else 0) if shape.frame else 1
    return 1 if isinstance(shape, Line) else 3


def _shape(shape: Shape) -> str:
    return _WRITERS[type(shape)](shape)


def _box(box: Box) -> str:
    look = f"state-{box.state}" if box.state else box.look
    place = f'x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" height="{_number(box.height)}"'
    told = f"<title>{escape(box.title)}</title>" if box.title else ""
    of = f' data-step="{escape(box.step)}"' if box.step else ""
    return f'<rect class="{look}" {place} rx="{_number(box.radius)}"{of}>{told}</rect>'


def _words(words: Words) -> str:
    weight = ' font-weight="600"' if words.bold else ""
    anchor = f' text-anchor="{words.anchor}"' if words.anchor != "start" else ""
    spans = "".join(
        f'<tspan x="{_number(words.x)}" y="{_number(words.y + n * words.leading)}">{escape(line)}</tspan>'
        for n, line in enumerate(words.lines)
    )
    return f'<text class="{words.look}" font-size="{_number(words.size)}"{weight}{anchor}>{spans}</text>'


def _line(line: Line) -> str:
    points = [line.points[0], *(p for n, p in enumerate(line.points[1:]) if p != line.points[n])]
    path = "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
    arrow = f' marker-end="url(#{"again" if line.look == "back" else "head"})"' if line.arrow else ""
    return f'<path class="{line.look}" d="{path}"{arrow}/>'


def _sign(sign: Sign) -> str:
    where = f"translate({_number(sign.x)} {_number(sign.y)}) scale({_number(sign.size / 16)})"
    path = _SIGNS.get(sign.name, _SIGNS["limit"])
    return f'<path class="sign" transform="{where}" d="{path}"/>'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


_WRITERS: dict[type, Callable[[Any], str]] = {Box: _box, Words: _words, Line: _line, Sign: _sign}
