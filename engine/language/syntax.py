"""The tokens of an expression with their places, and what is wrong when they make no sense."""

import re
from dataclasses import dataclass, field

MAX_LENGTH = 5_000  # characters of one expression
MAX_TOKENS = 2_000
MAX_BRACKETS = 30
MAX_DIGITS = 30

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_KNOWN_ESCAPES = "\\\"'nrtxuU"
_QUOTES = "\"'"
_HINTS = {
    "=": "to compare two values, write `==`",
    "&": "write `and`",
    "!": "write `not`",
    "?": "write `a if condition else b`",
    "|": "a `|` is followed by the name of a filter, as in `| default(0)`",
    "{": "write `${ name }` with one brace, and no braces inside it",
    "%": "`{% %}` belongs into template files; here write `${ }`",
    '"': "close the quotes, or write the other kind of quotes around the text",
    "'": "close the quotes, or write the other kind of quotes around the text",
    "AND": "write `and`",
    "OR": "write `or`",
    "NOT": "write `not`",
    "And": "write `and`",
    "Or": "write `or`",
    "&&": "write `and`",
    "<>": "write `!=`",
    "\u201c": 'write straight quotes: `"`',
    "\u201d": 'write straight quotes: `"`',
    "\u201e": 'write straight quotes: `"`',
    "\u2018": "write straight quotes: `'`",
    "\u2019": "write straight quotes: `'`",
    "\u2013": "write a plain `-`",
    "\u2014": "write a plain `-`",
    "\u2212": "write a plain `-`",
    "\u2264": "write `<=`",
    "\u2265": "write `>=`",
    "\u2260": "write `!=`",
    "$": "inside an expression names are written bare, without `${ }`",
}


_CERTAIN = {
    "=": "==", "AND": "and", "OR": "or", "NOT": "not", "And": "and", "Or": "or",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'", "\u2013": "-", "\u2014": "-",
    "\u2212": "-", "\u2264": "<=", "\u2265": ">=", "\u2260": "!=",
}  # fmt: skip


class ExpressionProblem(Exception):  # noqa: N818 - a finding, not an error of ours
    """One thing that is wrong with an expression.

    `offset` and `length` mark the token in the text that was parsed; `note` says the cause,
    `help` the way out, `meant` what certainly belongs in place of the token. Codes: E030 not
    understood, E031 unknown step, E032 unknown name, E033 may be missing, E034 wrong type,
    E035 unknown filter or function.
    """

    def __init__(
        self,
        message: str,
        offset: int,
        length: int,
        help: str = "",  # noqa: A002 - a finding's word
        *,
        code: str = "E030",
        note: str = "",
        meant: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length
        self.help = help
        self.code = code
        self.note = note
        self.meant = meant

    def __repr__(self) -> str:
        return f"ExpressionProblem({self.code}, {self.message!r}, {self.offset}, {self.length})"


@dataclass(frozen=True, slots=True)
class Token:
    start: int
    end: int
    raw: str


@dataclass
class Tokens:
    """The tokens of one expression in reading order; filled while the parser reads."""

    text: str
    found: list[Token] = field(default_factory=list)
    closings: dict[int, int] = field(default_factory=dict)  # start of a bracket -> end of its partner
    places: dict[int, int] = field(default_factory=dict)  # start of a token -> its number
    open: list[Token] = field(default_factory=list)

    def add(self, token: Token) -> None:
        """Raises ExpressionProblem where the expression grows over its limits."""
        self.places[token.start] = len(self.found)
        self.found.append(token)
        if len(self.found) > MAX_TOKENS:
            raise ExpressionProblem("this expression is too long", token.start, len(token.raw), _SPLIT)
        if token.raw in _CLOSING:
            self._opened(token)
        elif token.raw in _CLOSING.values() and self.open:
            self.closings[self.open.pop().start] = token.end
        elif token.raw[0].isdigit():
            _check_number(token)
        elif token.raw[0] in _QUOTES:
            _check_escapes(token)

    def _opened(self, token: Token) -> None:
        self.open.append(token)
        if len(self.open) > MAX_BRACKETS:
            raise self.too_deep()

    def too_deep(self) -> ExpressionProblem:
        at = self.found[-1]
        return ExpressionProblem("this expression is nested too deeply", at.start, at.end - at.start, _SPLIT)

    def at(self, start: int) -> Token:
        return self.found[self.places[start]]

    def after(self, start: int) -> Token:
        """The token that follows the one that starts here."""
        return self.found[self.places[start] + 1]

    def end_of_arguments(self, name: int) -> int:
        """Where `name(...)` or a bare `name` ends."""
        following = self.places[name] + 1
        if following < len(self.found) and self.found[following].raw == "(":
            return self.closings[self.found[following].start]
        return self.at(name).end


_SPLIT = "give parts of it names in a `set` step before this one"


def _check_number(token: Token) -> None:
    if len(token.raw) > MAX_DIGITS or "e" in token.raw.lower().removeprefix("0x"):
        raise ExpressionProblem(
            "this number is not understood", token.start, len(token.raw), f"write at most {MAX_DIGITS} plain digits"
        )


def _check_escapes(token: Token) -> None:
    for found in _ESCAPE.finditer(token.raw):
        if found[0][1] not in _KNOWN_ESCAPES:
            message = f"`{found[0]}` is not understood"
            raise ExpressionProblem(
                message, token.start + found.start(), 2, f"for the character `\\` write `\\{found[0]}`"
            )


def misplaced(tokens: Tokens, start: int, ended: bool) -> ExpressionProblem:
    """The problem of a token the grammar does not allow here; `ended`: there is no token, it stops too early."""
    token = tokens.at(start) if start in tokens.places else tokens.found[-1]
    if token.raw[0] in _QUOTES:
        return _problem("this text has a `\\` that is not understood", token, "write `\\\\` for a `\\`")
    if ended and tokens.open:
        return _problem(f"`{tokens.open[-1].raw}` is never closed", tokens.open[-1])
    if ended:
        return _problem(f"something is missing after `{token.raw}`", token)
    if (token.raw == "|" and tokens.text[token.end : token.end + 1] == "|") or tokens.text[: token.start].endswith("|"):
        return _problem("`||` is not expected here", token, "write `or`")
    doubled = "{" if token.raw == "}" and [t.raw for t in tokens.found[:2]] == ["{", "{"] else token.raw
    return _problem(f"`{token.raw}` is not expected here", token, _HINTS.get(doubled, ""), _CERTAIN.get(token.raw, ""))


def _problem(message: str, token: Token, way_out: str = "", meant: str = "") -> ExpressionProblem:
    return ExpressionProblem(message, token.start, token.end - token.start, way_out, meant=meant)


def unreadable(tokens: Tokens, offset: int) -> ExpressionProblem:
    """The problem of a character that belongs to no token."""
    character = tokens.text[offset]
    if character in _CLOSING.values() and tokens.open:
        return _problem(f"`{tokens.open[-1].raw}` is never closed", tokens.open[-1])
    if character in _QUOTES:
        return ExpressionProblem("this text has no closing quote", offset, 1, _HINTS[character])
    way_out, meant = _HINTS.get(character, ""), _CERTAIN.get(character, "")
    return ExpressionProblem(f"`{character}` is not expected here", offset, 1, way_out, meant=meant)
