"""YAML text to a tree that keeps every value as it was written, and where.

Nothing is guessed here: `NO`, `22:30`, `01234` stay text; the field decides later.
The only module that knows PyYAML, and only its events: no constructor ever runs.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from engine.language.nodes import MAX_FINDINGS, Broken, Entry, Listing, Node, Place, Scalar, Source, Table
from engine.language.problems import Fix, Problem
from engine.language.repair import Mend, Shift, Swap, Trouble, diagnose, quoted
from engine.language.tables import read_table

__all__ = ["MAX_SIZE", "load", "load_file", "load_page"]

MAX_SIZE = 1_000_000
MAX_DEPTH = 30
MAX_VALUES = 20_000
MAX_MENDS = 60
MAX_MENDING = 3_000_000  # characters that are read again after a mend, in all
_Loader: Any = getattr(yaml, "CLoader", yaml.Loader)


_NO_LINES = dict.fromkeys((0x85, 0x2028, 0x2029), " ")


def load(text: str, name: str) -> Source:
    """Read YAML. Every finding is in the source; `root` is there whenever anything could be read."""
    source = Source(name, _with_lines(text))
    if _acceptable(source):
        _Reading(source).read(source.text)
    return source


def _with_lines(text: str) -> str:
    """The text with one kind of line end. YAML sees more kinds, which no editor counts: they become spaces."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").translate(_NO_LINES)


def load_page(text: str, name: str) -> Source:
    """Read front matter between two `---` lines; the rest becomes the entry `body`."""
    source = Source(name, _with_lines(text))
    if not _acceptable(source):
        return source
    match = re.match(r"---[ ]*\n(.*?)^---[ ]*(?:\n|\Z)", source.text, re.DOTALL | re.MULTILINE)
    if not match:
        note = "a page begins with a line `---`, its fields (`subject: ...`), and another line `---`"
        source.report("E010", "this page has no fields at its top", Place(1, 1), note)
        return source
    # A blank first line keeps every line number of the front matter.
    _Reading(source).read("\n" + match[1])
    start = match.end()
    body = Scalar(source.text[start:], source.place_of(start), "body", start, len(source.text))
    entries = source.root.entries if isinstance(source.root, Table) else ()
    if source.root is None or isinstance(source.root, Table):
        place = source.root.place if source.root else Place(1, 1, 3)
        source.root = Table(place, (*entries, Entry(Scalar("body", body.place), body)))
    return source


def load_table(text: str, name: str) -> Source:
    """Read a decision table, which is CSV."""
    source = Source(name, _with_lines(text))
    if _acceptable(source):
        read_table(source)
    return source


def _acceptable(source: Source) -> bool:
    if len(source.text) > MAX_SIZE or len(source.text.encode(errors="replace")) > MAX_SIZE:
        source.report("E019", "this file is larger than 1 MB", Place(1, 1), hint="split the process with `subprocess`")
    elif match := re.search(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]", source.text):
        place = source.place_of(match.start())
        source.report("E019", f"there is an invisible control character (U+{ord(match[0]):04X}) here", place)
    elif not source.text.strip():
        source.report("E019", "this file is empty", Place(1, 1))
    return not source.problems


def load_file(content: bytes, name: str, page: bool = False) -> Source:
    """Read the bytes of a file: a `page` has front matter, `.csv` is a table, everything else is YAML."""
    try:
        text = content[: MAX_SIZE + 1].decode()
    except UnicodeDecodeError as wrong:
        if len(content) <= MAX_SIZE:
            return _not_text(content, name, wrong.start)
        text = content[: MAX_SIZE + 1].decode(errors="replace")
    if name.endswith(".csv"):
        return load_table(text, name)
    return load_page(text, name) if page else load(text, name)


def _not_text(content: bytes, name: str, at: int) -> Source:
    source = Source(name, content.decode(errors="replace"))
    place = source.place_of(len(content[:at].decode(errors="replace")))
    source.report("E019", "this file is not UTF-8 text", place, hint="save it again with the encoding UTF-8")
    return source


class _TooMuchError(Exception):
    """The file is deeper or has more values than any process needs."""


class _Reading:
    """Reads one file, mending what can be mended, so that one mistake does not hide the others."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.shifts: dict[int, list[Shift]] = {}
        self.broken: set[tuple[int, int]] = set()

    def read(self, text: str) -> None:
        seen: set[tuple[int, int]] = set()
        for _ in range(min(MAX_MENDS, 1 + MAX_MENDING // len(text))):
            built = _Building(self)
            try:
                self.source.root = built.build(text)
                break
            except _TooMuchError as limit:
                self.source.report("E019", *limit.args)
                return
            except yaml.MarkedYAMLError as error:
                mended = self._mend(text, error, seen)
                if mended is None:
                    return
                text = mended
        self.source.problems += built.problems

    def _mend(self, text: str, error: yaml.MarkedYAMLError, seen: set[tuple[int, int]]) -> str | None:
        lines = text.split("\n")
        mark, context = error.problem_mark, error.context_mark
        if mark is None or (mark.line, mark.column) in seen:
            return None
        seen.add((mark.line, mark.column))
        before = (context.line, context.column) if context else (0, 0)
        trouble = Trouble(tuple(lines), mark.line, mark.column, error.problem or "", error.context or "", *before)
        mend = diagnose(trouble)
        self._report(mend)
        return self._applied(lines, mend) if mend.changed else None

    def _report(self, mend: Mend) -> None:
        place = self.source.place_of(self.index(mend.line, mend.column), mend.length)
        self.source.report(mend.code, mend.message, place, mend.note, mend.help, self._fix(mend.swap))

    def _fix(self, swap: Swap | None) -> Fix | None:
        if swap is None:
            return None
        start, end = (self.index(swap.line, column) for column in (swap.column, swap.column + swap.length))
        place = self.source.place_of(start)
        return Fix(place.line, place.column, end - start, swap.text)

    def _applied(self, lines: list[str], mend: Mend) -> str:
        for number, line, shift in mend.changed:
            lines[number] = line
            if shift.by:
                self.shifts.setdefault(number, []).append(shift)
        if mend.broken:
            self.broken.add(mend.broken)
        return "\n".join(lines)

    def index(self, line: int, column: int) -> int:
        """Where a place of the mended text stands in the file."""
        for shift in reversed(self.shifts.get(line, ())):
            if column >= shift.column:
                column = max(0, column - shift.by)
        return min(self.source.starts[min(line, len(self.source.starts) - 1)] + column, len(self.source.text))


@dataclass
class _Open:
    """A collection that is being read. `key` waits for its value."""

    place: Place
    flow: bool
    entries: list[Entry] | None = None  # a table has entries,
    items: list[Node] | None = None  # a list has items
    key: Scalar | None = None
    seen: dict[str, int] = field(default_factory=dict)
    strange: bool = False  # a key that is no text: the whole value is broken


class _Building:
    """Events to nodes, without recursion: depth is a number here, not a stack that can overflow."""

    def __init__(self, reading: _Reading) -> None:
        self.reading = reading
        self.source = reading.source
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.count = 0
        self.documents = 0

    def build(self, text: str) -> Node | None:
        for event in yaml.parse(text, Loader=_Loader):
            self.count += 1
            if self.count > MAX_VALUES:
                raise _TooMuchError(f"this file has more than {MAX_VALUES:,} values", self._place(event))
            if handler := _HANDLERS.get(type(event)):
                handler(self, event)
        return self.root

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents == 2:
            self._report("E010", "a file holds one document; this `---` starts a second one", self._place(event, 3))

    def _text(self, event: Any) -> None:
        mark = event.start_mark
        node = self._scalar(event)
        if (mark.line, mark.column) in self.reading.broken:
            self._put(Broken(node.place))
            return
        self._refuse_properties(event, node.place)
        self._judge(node)
        self._put(node)

    def _scalar(self, event: Any) -> Scalar:
        if not self.reading.shifts and event.start_mark.line == event.end_mark.line:
            return self._unmoved(event)
        start = self.reading.index(event.start_mark.line, event.start_mark.column)
        end = self.reading.index(event.end_mark.line, event.end_mark.column)
        style = event.style or ""
        length = 1 if style in ("|", ">") else end - start
        return Scalar(event.value, self.source.place_of(start, length), style, start, end)

    def _unmoved(self, event: Any) -> Scalar:
        """The common case, without any search: a text on one line of a file that needed no mending."""
        mark, length = event.start_mark, event.end_mark.column - event.start_mark.column
        start = self.source.starts[min(mark.line, len(self.source.starts) - 1)] + mark.column
        place = Place(mark.line + 1, mark.column + 1, max(1, length))
        return Scalar(event.value, place, event.style or "", start, start + length)

    def _alias(self, event: Any) -> None:
        place = self._place(event, len(event.anchor) + 1)
        text = "*" + event.anchor
        note = f"`{text}` would copy what `&{event.anchor}` names; a process says everything where it is used"
        message = f"`{text}` is an alias, and there are none here"
        self._report("E014", message, place, note, f"for a text write {quoted(text)}")
        self._put(Broken(place))

    def _table(self, event: Any) -> None:
        self._open(event, _Open(self._place(event), event.flow_style is True, entries=[]))

    def _list(self, event: Any) -> None:
        self._open(event, _Open(self._place(event), event.flow_style is True, items=[]))

    def _open(self, event: Any, opened: _Open) -> None:
        self._refuse_properties(event, opened.place)
        if len(self.stack) >= MAX_DEPTH:
            raise _TooMuchError(f"this file is nested more than {MAX_DEPTH} levels deep", opened.place)
        self.stack.append(opened)

    def _list_ended(self, event: Any) -> None:
        done = self.stack.pop()
        self._put(Listing(done.place, tuple(done.items or ())))

    def _table_ended(self, event: Any) -> None:
        done = self.stack.pop()
        if done.strange:
            self._put(Broken(done.place))
            return
        entries = tuple(done.entries or ())
        self._put(Table(entries[0].key.place if entries and not done.flow else done.place, entries))

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = self.root or node
            return
        parent = self.stack[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif parent.key is None:
            self._key(parent, node)
        else:
            self._value(parent, parent.key, node)

    def _key(self, parent: _Open, node: Node) -> None:
        if isinstance(node, Scalar):
            parent.key = node
            return
        parent.key = Scalar("", node.place)
        parent.strange = True
        if isinstance(node, Broken) and not parent.flow:
            return
        self._braces(node.place)

    def _braces(self, place: Place) -> None:
        written = self.source.line(place.line)
        value = written[max(0, place.column - 2) :].rstrip()
        key = written[: max(0, place.column - 2)].strip().removeprefix("- ")
        fixed = re.sub(r"\$?\{\{\s*(.*?)\s*\}\}", r"${ \1 }", value)
        if fixed == value:
            self._report("E023", "a key must be a text", place)
            return
        message = "`{{ }}` is not how values are put into a text here"
        at = Place(place.line, max(1, place.column - 1), 2)
        self._report("E018", message, at, hint=f"write `{f'{key} ' if key else ''}{fixed}`")

    def _value(self, parent: _Open, key: Scalar, node: Node) -> None:
        parent.key = None
        if parent.strange:
            return
        if key.text == "<<" and not key.style:
            note = "merging copies other keys to here unseen; a process says everything where it is used"
            self._report("E014", "`<<` is a merge key, and there are none here", key.place, note)
            return
        if key.text[:1].isspace() or key.text[:1] in "\u200b\ufeff":
            hint = f"use spaces before `{key.text.strip()}`"
            message = "this line is indented with an invisible character that is not a space"
            self._report("E011", message, key.place, hint=hint)
            return
        if (first := parent.seen.get(key.text)) is not None:
            note = f"`{key.text}` is already on line {first}"
            self._report("E013", f"`{key.text}` is written twice", key.place, note, "keep one of the two lines")
            return
        parent.seen[key.text] = key.place.line
        if parent.entries is not None:
            parent.entries.append(Entry(key, node))

    def _refuse_properties(self, event: Any, place: Place) -> None:
        if not event.anchor and not event.tag:
            return
        rest = self.source.line(place.line)[place.column - 1 :].rstrip()
        if event.anchor:
            note = "an anchor marks a value so that `*` can copy it; a process says everything where it is used"
            hint = f"take `&{event.anchor}` away, or for a text write {quoted(rest)}"
            self._report("E014", f"`&{event.anchor}` is an anchor, and there are none here", place, note, hint)
        if event.tag:
            tag = rest.split(" ")[0]
            hint = f"take it away, or for a text write {quoted(rest)}"
            at = Place(place.line, place.column, max(1, len(tag)))
            self._report("E015", f"`{tag}` is a YAML tag; the field decides the type here", at, hint=hint)

    def _judge(self, node: Scalar) -> None:
        """Mistakes that YAML reads without complaint as something else."""
        if "{{" in node.text and (match := re.search(r"\$?\{\{\s*(.*?)\s*\}\}", node.text)):
            place = self.source.within(node, match.start(), len(match[0]))
            message = "`{{ }}` is not how values are put into a text here"
            fix = self.source.instead(place, match[0], f"${{ {match[1]} }}")
            self._report("E018", message, place, hint=f"write `${{ {match[1]} }}`", fix=fix)
        if not node.style:
            self._cut_off(node)

    def _cut_off(self, node: Scalar) -> None:
        if not self.source.text.startswith(" #", node.end):
            return
        end = self.source.text.find("\n", node.end)
        rest = self.source.text[node.end : len(self.source.text) if end < 0 else end]
        match = re.match(r" (#[^\s#].*?)\s*$", rest)
        if not match or (self.stack and self.stack[-1].entries is not None and self.stack[-1].key is None):
            return
        place = self.source.place_of(node.end + 1, len(match[1]))
        key = self.stack[-1].key if self.stack else None
        whole = quoted(f"{node.text} {match[1]}".strip())
        read = f"only `{node.text}` is read" if node.text else "nothing is read"
        note = f"after a space, `#` starts a comment: {read}"
        hint = f"write `{key.text + ': ' if key else '- '}{whole}`, or for a comment `# {match[1][1:]}`"
        self._report("E017", f"`{match[1]}` is cut off this text", place, note, hint)

    def _report(
        self, code: str, message: str, place: Place, note: str = "", hint: str = "", fix: Fix | None = None
    ) -> None:
        if len(self.problems) == MAX_FINDINGS:
            raise _TooMuchError(f"this file has more than {MAX_FINDINGS:,} mistakes", place)
        self.problems.append(self.source.problem(code, message, place, note, hint, fix=fix))

    def _place(self, event: Any, length: int = 1) -> Place:
        return self.source.place_of(self.reading.index(event.start_mark.line, event.start_mark.column), length)


_HANDLERS: dict[type[Any], Callable[[_Building, Any], None]] = {
    yaml.DocumentStartEvent: _Building._document,
    yaml.ScalarEvent: _Building._text,
    yaml.AliasEvent: _Building._alias,
    yaml.MappingStartEvent: _Building._table,
    yaml.SequenceStartEvent: _Building._list,
    yaml.MappingEndEvent: _Building._table_ended,
    yaml.SequenceEndEvent: _Building._list_ended,
}
