"""Template files: `${ }` and `{% %}` in mails and documents, against what the step that uses them gives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.language.expressions import Expr, ExpressionProblem, parse_expression, parse_template
from engine.language.inference import infer
from engine.language.narrowing import narrow
from engine.language.types import ANY, BOOLEAN, NUMBER, Field, ListOf, Record, Type, record

_STATEMENT = re.compile(r"\{%[-+]?\s*(?P<word>\w*)\s*(?P<rest>.*?)\s*[-+]?%\}|\{#.*?#\}", re.DOTALL)
_FOR = re.compile(r"(?P<name>[a-z_]\w*)\s+in\s+(?P<items>.+)", re.DOTALL)
_SET = re.compile(r"(?P<name>[a-z_]\w*)\s*=\s*(?P<value>.+)", re.DOTALL)
_OPENS = {"if": "endif", "for": "endfor"}
_INSIDE = {"if": ("elif", "else", "endif"), "for": ("else", "endfor")}
_LOOP = record(index=NUMBER, first=BOOLEAN, last=BOOLEAN, length=NUMBER)
KNOWN = "`if`, `elif`, `else`, `endif`, `for`, `endfor` and `set`"


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
            self._values(position, match.start())
            if match["word"] is not None:
                self._statement(match)
            position = match.end()
        self._values(position, len(self.text))
        for level in self.levels:
            self._wrong(f"this `{level.word}` is never closed", level.at, 2, f"add `{{% {_OPENS[level.word]} %}}`")
        return self.problems

    def _statements(self) -> Iterator[re.Match[str]]:
        return _STATEMENT.finditer(self.text)

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

    def _statement(self, match: re.Match[str]) -> None:
        word, at = match["word"], match.start("word")
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

    def _condition(self, match: re.Match[str]) -> Expr | None:
        expression = self._expression(match["rest"], match.start("rest"), match)
        if expression is None:
            return None
        # Any value will do: the template engine takes an empty text for no.
        self._infer(expression, match.start("rest"))
        return expression

    def _expression(self, text: str, at: int, match: re.Match[str]) -> Expr | None:
        if not text:
            self._wrong(f"something is missing after `{match['word']}`", match.start("word"), len(match["word"]))
            return None
        try:
            return parse_expression(text)
        except ExpressionProblem as problem:
            self._moved([problem], at)
            return None

    def _opened(self, match: re.Match[str], condition: Expr | None) -> None:
        level = _Level("if", match.start("word"), self.scope, self.scope, [condition] if condition else [])
        self.levels.append(level)
        self.scope = narrow(condition, self.scope) if condition else self.scope

    def _inside(self, match: re.Match[str]) -> None:
        word, at = match["word"], match.start("word")
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

    def _for(self, match: re.Match[str]) -> None:
        level = _Level("for", match.start("word"), self.scope, self.scope)
        self.levels.append(level)
        parts = _FOR.fullmatch(match["rest"])
        if parts is None:
            at = match.start("word")
            self._wrong("this `for` is not understood", at, 3, "write `{% for item in steps.x.answers.areas %}`")
            return
        offset = match.start("rest") + parts.start("items")
        expression = self._expression(parts["items"], offset, match)
        found = self._infer(expression, offset) if expression else ANY
        item = found.item if isinstance(found, ListOf) else ANY
        self._bind({parts["name"]: Field(item), "loop": Field(_LOOP)})

    def _set(self, match: re.Match[str]) -> None:
        parts = _SET.fullmatch(match["rest"])
        if parts is None:
            self._wrong("this `set` is not understood", match.start("word"), 3, "write `{% set name = value %}`")
            return
        offset = match.start("rest") + parts.start("value")
        expression = self._expression(parts["value"], offset, match)
        found = self._infer(expression, offset) if expression else ANY
        self._bind({parts["name"]: Field(found)})

    def _bind(self, names: dict[str, Field]) -> None:
        self.scope = Record(fields={**self.scope.fields, **names}, open=self.scope.open)
