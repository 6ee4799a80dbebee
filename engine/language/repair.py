"""What a YAML error means in an author's words, and a mended text so that reading can go on.

A mend never adds or removes a line, so every later finding keeps its line; `Shift` says
how far the characters of a line were moved. Lines and columns count from 0 here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Trouble:
    """Where the YAML reader gave up, and the lines it was reading."""

    lines: tuple[str, ...]
    line: int
    column: int
    problem: str
    context: str = ""
    context_line: int = 0
    context_column: int = 0

    @property
    def text(self) -> str:
        return self.lines[self.line] if self.line < len(self.lines) else ""


@dataclass(frozen=True)
class Shift:
    """From `column` on, the mended line is `by` characters further right."""

    column: int
    by: int


@dataclass(frozen=True)
class Swap:
    """A repair that is certain: `text` in place of `length` characters of a line."""

    line: int
    column: int
    length: int
    text: str


@dataclass(frozen=True)
class Mend:
    """A finding, and how to read on: changed lines, moved lines, and the value that is to be left alone."""

    code: str
    message: str
    line: int
    column: int
    length: int = 1
    note: str = ""
    help: str = ""
    changed: tuple[tuple[int, str, Shift], ...] = ()
    broken: tuple[int, int] | None = None
    swap: Swap | None = None


_PAIR = re.compile(r"^(?P<lead>[ ]*(?:- +)*)(?P<key>[\w.-]+|\"[^\"]*\"):(?P<gap>\s+)(?P<value>\S.*?)\s*$")
_TIGHT = re.compile(r"^(?P<lead>[ ]*(?:- +)*)(?P<key>[a-z_]\w*):(?P<value>[^\s:/].*?)\s*$")
_WORDS = re.compile(r"^(?P<lead>[ ]*(?:- +)*)(?P<key>[a-z_]\w*) +(?P<value>\S.*?)\s*$")
MAX_LINES = 5_000  # that are mended at once
_STAY = Shift(0, 0)


def diagnose(trouble: Trouble) -> Mend:
    """The first explanation that fits. Without `changed` lines, reading ends here."""
    for rule in _RULES:
        if mend := rule(trouble):
            return mend
    said = trouble.problem[:1].lower() + trouble.problem[1:]
    return Mend("E010", f"this cannot be read as YAML: {said}", *_at(trouble))


def quoted(text: str) -> str:
    """The text as a YAML scalar that means exactly this text."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _at(trouble: Trouble) -> tuple[int, int]:
    last = max(0, len(trouble.lines) - 1)
    return (trouble.line, trouble.column) if trouble.line <= last else (last, 0)


def _neutral(mend: Mend, trouble: Trouble, line: int, column: int) -> Mend:
    """Put a harmless text in place of the value, and mark it as broken."""
    text = trouble.lines[line]
    changed = text[:column] + "x" * (len(text) - column)
    return replace(mend, changed=((line, changed, _STAY),), broken=(line, column))


def _pair(trouble: Trouble, line: int) -> tuple[re.Match[str], int] | None:
    match = _PAIR.match(trouble.lines[line]) if line < len(trouble.lines) else None
    return (match, match.start("value")) if match else None


def _tabs(t: Trouble) -> Mend | None:
    lead = t.text[: len(t.text) - len(t.text.lstrip())]
    wrong = next((c for c in lead if c != " "), "")
    if not wrong:
        return None
    tabbed = [n for n, line in enumerate(t.lines) if n >= t.line and wrong in line[: len(line) - len(line.lstrip())]]
    width = _tab_width(t) if wrong == "\t" else 1
    others = ", ".join(str(n + 1) for n in tabbed[1:9])
    note = f"so do lines {others}{' and more' if len(tabbed) > 9 else ''}" if others else ""
    name = "a tab" if wrong == "\t" else "an invisible character that is not a space"
    mended = tabbed if len(tabbed) < MAX_LINES else []
    changed = tuple(_expanded(t.lines[n], n, wrong, width) for n in mended)
    help_ = f"use spaces: `{_expanded(t.text, t.line, wrong, width)[1]}`"
    swap = Swap(t.line, 0, len(lead), lead.replace(wrong, " " * width))
    message = f"this line is indented with {name}"
    return Mend("E011", message, t.line, lead.index(wrong), 1, note, help_, changed, swap=swap)


def _expanded(line: str, number: int, wrong: str, width: int) -> tuple[int, str, Shift]:
    body = line.lstrip()
    lead = line[: len(line) - len(body)].replace(wrong, " " * width)
    return number, lead + body, Shift(len(lead), len(lead) + len(body) - len(line))


def _tab_width(t: Trouble) -> int:
    """How many spaces a tab stands for, judged by the line before."""
    before = next((line for line in reversed(t.lines[: t.line]) if line.strip()), "")
    indent, deeper = _key_column(before), before.rstrip().endswith(":")
    tabs = len(t.text) - len(t.text.lstrip("\t")) or 1
    return next((w for w in (2, 4, 6, 8) if (w * tabs > indent if deeper else w * tabs == indent)), 2)


def _key_column(line: str) -> int:
    match = re.match(r"[ ]*(?:- +)*", line)
    return match.end() if match else 0


def _braces(t: Trouble) -> Mend | None:
    found = _pair(t, t.line)
    if not found:
        return None
    match, column = found
    value = match["value"]
    if "{{" in value and value[0] in "{$":
        written = re.sub(r"\$?\{\{\s*(.*?)\s*\}\}", r"${ \1 }", value)
        mend = Mend("E018", "`{{ }}` is not how values are put into a text here", t.line, column, 2)
        swap = _whole(t, column, value, written)
        return _neutral(replace(mend, help=f"write `{match['key']}: {written}`", swap=swap), t, t.line, column)
    if value[0] in "[{" and "${" in value:
        at = column + value.index("${")
        fixed = re.sub(r"(?<!\")\$\{[^}]*\}(?!\")", lambda m: quoted(m[0]), value)
        mend = Mend("E018", f"inside `{value[0]}`, a `${{ }}` needs quotes", t.line, at, 2)
        swap = _whole(t, column, value, fixed)
        return _neutral(replace(mend, help=f"write `{match['key']}: {fixed}`", swap=swap), t, t.line, column)
    return None


def _whole(t: Trouble, column: int, value: str, fixed: str) -> Swap | None:
    """The whole value written anew; not where its end may be a comment."""
    return None if " #" in value else Swap(t.line, column, len(value), fixed)


def _colon(t: Trouble) -> Mend | None:
    if "mapping values are not allowed" not in t.problem:
        return None
    found = _pair(t, t.line)
    if found and t.column > found[1]:
        match, column = found
        fixed = f"{match['key']}: {quoted(match['value'])}"
        mend = Mend(
            "E016", f"the text of `{match['key']}` has a colon and a space in it", t.line, t.column, 1,
            "without quotes, what stands before `: ` is read as a key", f"write `{fixed}`",
            swap=_whole(t, column, match["value"], quoted(match["value"])),
        )  # fmt: skip
        return _neutral(mend, t, t.line, column)
    return _deeper(t)


def _deeper(t: Trouble) -> Mend | None:
    before = next((n for n in range(t.line - 1, -1, -1) if t.lines[n].strip()), None)
    if before is None:
        return None
    found = _pair(t, before)
    if not found:
        return _without_space(t, before) or _without_colon(t, before)
    key = found[0]["key"]
    message = f"this line is indented under `{key}`, which already has its value on line {before + 1}"
    return _reindented(t, message, _key_column(t.lines[before]))


def _reindented(t: Trouble, message: str, column: int) -> Mend | None:
    """Move the line, and what is indented under it, to `column`."""
    indent = len(t.text) - len(t.text.lstrip(" "))
    if indent == column or not t.text.strip():
        return None
    by = column - indent
    end = _end_of_block(t, indent, left=by < 0)
    changed = tuple((n, _moved(t.lines[n], by), Shift(0, by)) for n in range(t.line, end) if t.lines[n].strip())
    note = f"it starts in column {indent + 1}"
    help_ = f"start it in column {column + 1}: `{changed[0][1]}`"
    return Mend("E012", message, t.line, indent, len(t.text.strip()), note, help_, changed)


def _end_of_block(t: Trouble, indent: int, left: bool) -> int:
    """The line behind those that move together with this one.

    A line that stands too far left moves with those beside it, but what is deeper only moves with it
    when it opens a block: else that is where the line itself should have been.
    """
    end, opens, before = t.line, True, 0
    while end < len(t.lines):
        line = t.lines[end]
        if line.strip() and _indent(line) < max(indent, 1) and end > t.line:
            break
        if line.strip() and _indent(line) > indent and not (left or opens):
            break
        if line.strip() and not left and indent < _indent(line) < before:
            break
        before = _indent(line) if line.strip() else before
        if line.strip() and _indent(line) == indent:
            opens = line.rstrip().endswith(":") or line.lstrip().startswith("- ")
        end += 1
    return end


def _moved(line: str, by: int) -> str:
    return " " * by + line if by > 0 else line[min(-by, _indent(line)) :]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _quotes(t: Trouble) -> Mend | None:
    if t.context == "while scanning a quoted scalar":
        return _unclosed(t, t.context_line, t.context_column)
    for n in range(min(t.line, len(t.lines) - 1), max(-1, t.line - 40), -1):
        found = _pair(t, n)
        if not found or found[0]["value"][0] not in "\"'":
            continue
        match, column = found
        value = match["value"]
        if _closing(value) < 0:
            return _unclosed(t, n, column)
        rest = value[_closing(value) + 1 :].strip()
        if n == t.line and rest and not rest.startswith("#"):
            return _after_quote(t, match, column)
    return None


def _closing(value: str) -> int:
    pattern = r'"(?:[^"\\]|\\.)*"' if value[0] == '"' else r"'(?:[^']|'')*'"
    match = re.match(pattern, value)
    return match.end() - 1 if match else -1


def _unclosed(t: Trouble, line: int, column: int) -> Mend:
    written = t.lines[line][column:].rstrip()
    mend = Mend("E010", "this quote is never closed", line, column, 1, help=f"write `{written}{written[:1]}`")
    return _neutral(mend, t, line, column)


def _after_quote(t: Trouble, match: re.Match[str], column: int) -> Mend:
    value, key = match["value"], match["key"]
    at = column + _closing(value)
    mend = Mend(
        "E010", f"the text of `{key}` goes on after its closing quote", t.line, at, 1,
        help=f"write `{key}: {quoted(value if value[0] == chr(34) else value.strip(chr(39)))}`",
    )  # fmt: skip
    return _neutral(mend, t, t.line, column)


def _first_character(t: Trouble) -> Mend | None:
    found = _pair(t, t.line)
    if not found or found[0]["value"][0] not in "@`%*&!|>,?-]}":
        return None
    match, column = found
    first, fixed = match["value"][0], f"{match['key']}: {quoted(match['value'])}"
    if match["value"].startswith("- "):
        message, help_ = "a list starts on the line after its key", f"write `{match['key']}: [{match['value'][2:]}]`"
    else:
        shown = "a backtick" if first == "`" else f"`{first}`"
        message, help_ = f"a text cannot begin with {shown} unless it is quoted", f"write {fixed}"
    swap = _whole(t, column, match["value"], quoted(match["value"])) if first in "@`%" else None
    return _neutral(Mend("E010", message, t.line, column, 1, help=help_, swap=swap), t, t.line, column)


def _missing_space(t: Trouble) -> Mend | None:
    if "could not find expected ':'" not in t.problem or t.context_line >= len(t.lines):
        return None
    return _without_space(t, t.context_line) or _without_colon(t, t.context_line)


def _without_space(t: Trouble, number: int) -> Mend | None:
    line = t.lines[number]
    match = _TIGHT.match(line)
    if not match:
        return None
    at = match.end("key") + 1
    fixed = line[:at] + " " + line[at:]
    return Mend(
        "E010", f"a space is missing after `{match['key']}:`", number, at - 1, 1,
        help=f"write `{fixed.strip()}`", changed=((number, fixed, Shift(at, 1)),), swap=Swap(number, at, 0, " "),
    )  # fmt: skip


def _without_colon(t: Trouble, number: int) -> Mend | None:
    line = t.lines[number]
    match = _WORDS.match(line)
    if not match:
        return None
    key, at = match["key"], match.end("key")
    return Mend(
        "E010", f"this line has no colon after `{key}`", number, match.start("key"), len(key),
        help=f"write `{key}: {match['value']}`",
        changed=((number, line[:at] + ": " + "x" * max(1, len(line) - at - 2), _STAY),), broken=(number, at + 2),
    )  # fmt: skip


def _brackets(t: Trouble) -> Mend | None:
    if "flow" not in t.context and "flow" not in t.problem:
        return None
    found = next((p for n in range(min(t.line, len(t.lines) - 1), -1, -1) if (p := _opening(t, n))), None)
    if found is None:
        return None
    line, match, column = found
    value, opened = match["value"], match["value"][0]
    closing = {"[": "]", "{": "}"}[opened]
    if value.endswith(closing):
        message = f"what stands between `{opened}` and `{closing}` cannot be read"
        note = "a text with a colon, a comma or a bracket in it needs quotes there; a comma stands between two values"
        return _neutral(Mend("E010", message, line, column, len(value), note), t, line, column)
    message = f"this `{opened}` is never closed, or a comma is missing between it and its `{closing}`"
    space = " " if value.startswith("{ ") else ""
    help_ = f"write `{match['key']}: {value.rstrip(', ')}{space}{closing}`, or quote the text"
    return _neutral(Mend("E010", message, line, column, 1, help=help_), t, line, column)


def _opening(t: Trouble, line: int) -> tuple[int, re.Match[str], int] | None:
    """The value that begins with a bracket on this line, if that is where reading went wrong."""
    found = _pair(t, line)
    if found is None or found[0]["value"][0] not in "[{":
        return None
    # A bracket that is closed on its own line is only to blame for what is wrong on that line.
    closed = found[0]["value"].endswith(("]", "}"))
    return None if closed and line != t.line else (line, *found)


def _escape(t: Trouble) -> Mend | None:
    found = _pair(t, t.line)
    if "escape" not in t.problem or not found:
        return None
    match, column = found
    inside = match["value"].strip('"')
    mend = Mend(
        "E010", f"`{t.text[t.column : t.column + 2]}` means nothing inside double quotes", t.line, t.column, 2,
        help=f"use single quotes: `{match['key']}: '{inside}'`",
    )  # fmt: skip
    return _neutral(mend, t, t.line, column)


def _indentation(t: Trouble) -> Mend | None:
    if "did not find expected" not in t.problem or not t.text.strip() or t.column > _indent(t.text):
        return None
    columns = _open_columns(t)
    indent = _indent(t.text)
    if indent in columns or not columns:
        return _misplaced(t)
    nearest = min(columns, key=lambda c: (abs(c - indent), -c))
    return _reindented(t, "this line does not line up with the lines it belongs to", nearest)


def _misplaced(t: Trouble) -> Mend:
    what = "a list item (`- `)" if t.text.lstrip().startswith("- ") else "a `key: value` line"
    message = f"{what} cannot stand here, among lines of another kind"
    note = "the lines of one block are all `key: value`, or all begin with `- `"
    return Mend("E012", message, t.line, _indent(t.text), len(t.text.strip()), note)


def _open_columns(t: Trouble) -> set[int]:
    """The columns in which a line may begin here."""
    columns: set[int] = set()
    limit = 10_000
    for line in reversed(t.lines[: t.line]):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if _indent(line) < limit:
            limit = _indent(line)
            columns |= {limit, _key_column(line)}
        if limit == 0:
            break
    return columns


_RULES: tuple[Callable[[Trouble], Mend | None], ...] = (
    _tabs, _braces, _colon, _missing_space, _brackets, _quotes, _first_character, _escape, _indentation,
)  # fmt: skip
