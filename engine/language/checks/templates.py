"""Template files: `${ }` and `{% %}` in mails and documents, against what the step that uses them gives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.language.expressions import Expr, ExpressionProblem, parse_expression, parse_template
from engine.language.inference import infer
from engine.language.narrowing import narrow
from engine.language.types import ANY, BOOLEAN, NUMBER, Field, ListOf, Record, Type, record

_WORD = re.compile(r"\w*")
_MARKS = re.compile(r"\{[%#]")
_FOR = re.compile(r"(?P<name>[a-z_]\w*)\s+in\s+(?P<items>.+)", re.DOTALL)
_SET = re.compile(r"(?P<name>[a-z_]\w*)\s*=\s*(?P<value>.+)", re.DOTALL)
_OPENS = {"if": "endif", "for": "endfor"}
_INSIDE = {"if": ("elif", "else", "endif"), "for": ("else", "endfor")}
DEEP = 50  # statements inside one another
MANY = 200  # findings in one text
_LOOP = record(index=NUMBER, first=BOOLEAN, last=BOOLEAN, length=NUMBER)
KNOWN = "`if`, `elif`, `else`, `endif`, `for`, `endfor` and `set`"


@dataclass(frozen=True)
class _Statement:
    """`{% word rest %}` and where it stands; a comment has no word."""

    start: int
    end: int
    word: str | None = None
    at: int = 0
    rest: str = ""
    rest_at: int = 0


@dataclass
class _Level:
    """An open `{% if %}` or `{% for %}`: its scope, and the conditions that did not hold before an `else`."""

    word: str
    at: int
    scope: Record
    outside: Record
    conditions: list[Expr] = field(default_factory=list)


class Template:
    """One text of a template file. `problems` have offsets in the text."""

    def __init__(self, text: str, scope: Record) -> None:
        self.text = text
        self.scope = scope
        self.levels: list[_Level] = []
        self.problems: list[ExpressionProblem] = []

    def check(self) -> list[ExpressionProblem]:
        position = 0
        for match in self._statements():
            if len(self.levels) > DEEP:
                message = f"this is the {DEEP}th statement inside another"
                self._wrong(message, match.start, match.end - match.start, "make two templates of this one")
                return self.problems
            if len(self.problems) > MANY:
                return self.problems
            self._values(position, match.start)
            if match.word is not None:
                self._statement(match)
            position = match.end
        self._values(position, len(self.text))
        for level in self.levels[:MANY]:
            self._wrong(f"this `{level.word}` is never closed", level.at, 2, f"add `{{% {_OPENS[level.word]} %}}`")
        return self.problems

    def _statements(self) -> Iterator[_Statement]:
        """What stands in `{% %}` and `{# #}`; found by hand, because a pattern looks to the end again and again."""
        position = 0
        while opening := _MARKS.search(self.text, position):
            start = opening.start()
            end = self.text.find(f"{opening[0][1]}}}", start + 2) + 2
            if end < 2:
                self._wrong(f"this `{opening[0]}` is never closed", start, 2, f"close it with `{opening[0][1]}}}`")
                return
            yield _Statement(start, end) if opening[0] == "{#" else self._read(start, end)
            position = end

    def _read(self, start: int, end: int) -> _Statement:
        inner = self.text[start + 2 : end - 2]
        first = len(inner) - len(inner.lstrip("-+ \t\n"))
        at = start + 2 + first
        body = inner[first:].rstrip("-+ \t\n")
        word = _WORD.match(body)[0]  # type: ignore[index]  # it matches nothing too
        rest = body[len(word) :].lstrip()
        return _Statement(start, end, word, at, rest, at + len(body) - len(rest))

    def _values(self, start: int, end: int) -> None:
        try:
            found = parse_template(self.text[start:end]).expressions
        except ExpressionProblem as problem:
            self._moved([problem], start)
            return
        for expression in found:
            self._infer(expression, start)

    def _infer(self, expression: Expr, offset: int) -> Type:
        problems: list[ExpressionProblem] = []
        found = infer(expression, self.scope, problems)
        self._moved(problems, offset)
        return found

    def _moved(self, problems: list[ExpressionProblem], by: int) -> None:
        for p in problems:
            moved = ExpressionProblem(
                p.message, p.offset + by, p.length, p.help, code=p.code, note=p.note, meant=p.meant
            )
            self.problems.append(moved)

    def _wrong(self, message: str, at: int, length: int, way_out: str = "") -> None:
        self.problems.append(ExpressionProblem(message, at, length, way_out))

    def _statement(self, match: _Statement) -> None:
        word, at = match.word or "", match.at
        if word in ("elif", "else", "endif", "endfor"):
            self._inside(match)
        elif word == "if":
            self._opened(match, self._condition(match))
        elif word == "for":
            self._for(match)
        elif word == "set":
            self._set(match)
        else:
            message = f"`{{% {word} %}}` is not known in template files"
            self._wrong(message, at, max(1, len(word)), f"there are {KNOWN}")

    def _condition(self, match: _Statement) -> Expr | None:
        expression = self._expression(match.rest, match.rest_at, match)
        if expression is None:
            return None
        # Any value will do: the template engine takes an empty text for no.
        self._infer(expression, match.rest_at)
        return expression

    def _expression(self, text: str, at: int, match: _Statement) -> Expr | None:
        if not text:
            self._wrong(f"something is missing after `{match.word}`", match.at, len(match.word or ""))
            return None
        try:
            return parse_expression(text)
        except ExpressionProblem as problem:
            self._moved([problem], at)
            return None

    def _opened(self, match: _Statement, condition: Expr | None) -> None:
        level = _Level("if", match.at, self.scope, self.scope, [condition] if condition else [])
        self.levels.append(level)
        self.scope = narrow(condition, self.scope) if condition else self.scope

    def _inside(self, match: _Statement) -> None:
        word, at = match.word or "", match.at
        level = self.levels[-1] if self.levels else None
        if level is None or word not in _INSIDE[level.word]:
            self._wrong(f"`{word}` is not expected here", at, len(word))
            return
        if word in ("endif", "endfor"):
            self.levels.pop()
            self.scope = level.outside
            return
        self.scope = level.outside
        for before in level.conditions:
            self.scope = narrow(before, self.scope, holds=False)
        if word == "elif" and (condition := self._condition(match)) is not None:
            level.conditions.append(condition)
            self.scope = narrow(condition, self.scope)

    def _for(self, match: _Statement) -> None:
        level = _Level("for", match.at, self.scope, self.scope)
        self.levels.append(level)
        parts = _FOR.fullmatch(match.rest)
        if parts is None:
            at = match.at
            self._wrong("this `for` is not understood", at, 3, "write `{% for item in steps.x.answers.areas %}`")
            return
        offset = match.rest_at + parts.start("items")
        expression = self._expression(parts["items"], offset, match)
        found = self._infer(expression, offset) if expression else ANY
        item = found.item if isinstance(found, ListOf) else ANY
        self._bind({parts["name"]: Field(item), "loop": Field(_LOOP)})

    def _set(self, match: _Statement) -> None:
        parts = _SET.fullmatch(match.rest)
        if parts is None:
            self._wrong("this `set` is not understood", match.at, 3, "write `{% set name = value %}`")
            return
        offset = match.rest_at + parts.start("value")
        expression = self._expression(parts["value"], offset, match)
        found = self._infer(expression, offset) if expression else ANY
        self._bind({parts["name"]: Field(found)})

    def _bind(self, names: dict[str, Field]) -> None:
        self.scope = Record(fields={**self.scope.fields, **names}, open=self.scope.open)
