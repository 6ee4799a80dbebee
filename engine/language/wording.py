"""What is written in a definition, said in plain words: conditions, values, times, people and names."""

import re
from typing import Any

from engine.language import claims
from engine.language.calling import called, calling, capital, connection, listed, named, words
from engine.language.expressions import Expr, ExpressionProblem, parse_expression, parse_template
from engine.language.time import Phrase, PhraseProblem, parse_phrase

__all__ = [
    "calling", "capital", "condition", "connection", "group", "length", "listed", "moment", "named", "nth", "number",
    "person", "quoted", "shown", "spoken", "times", "value", "within", "words",
]  # fmt: skip

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def quoted(text: str) -> str:
    """A text of the author's between quotation marks, its values in words."""
    return f"“{spoken(text)}”"


def spoken(text: Any) -> str:
    """A text with `${ }`, its values named in words: `Phone the contact about the questionnaire`."""
    try:
        pieces = parse_template(str(text)).pieces
    except ExpressionProblem:
        return str(text)
    said = ""
    for piece in pieces:
        value_said = piece if isinstance(piece, str) else claims.value(piece.tree)
        owned = not isinstance(piece, str) and re.search(r"\b(?:the|a|an|our|your|this)\s+$", said, re.IGNORECASE)
        said += value_said.removeprefix("the ") if owned else value_said
    return said.strip()


def condition(text: str) -> str:
    """A bare expression as the rest of a sentence that begins with `if` or `until`."""
    try:
        return claims.claim(parse_expression(text).tree)
    except ExpressionProblem:
        return text


def mailbox(name: str) -> str:
    """A mailbox of connections.yaml, as in `the mailbox “support”`."""
    return f"the mailbox “{words(name)}”"


def value(text: str) -> str:
    """A bare expression as the thing that it is: `the deal value`."""
    try:
        return claims.value(parse_expression(text).tree)
    except ExpressionProblem:
        return text


def person(text: str) -> str:
    """Whoever a field names: an address, a user, a group, or a value that gives one of them."""
    said = spoken(text)
    if "${" not in text:
        return said if "@" in said else called("people", said) or capital(words(said))
    owner = re.sub(r"\s+(?:e-?mail|email address|address)$", "", said)
    if owner in (said, "the") or owner.endswith("'s"):
        return said if owner == said else f"{owner} email address"
    return f"{owner}'s email address"


def group(name: str) -> str:
    return f"somebody from {called('people', name) or capital(words(name))}"


def shown(written: Any) -> str:
    """A value as written: `“standard”`, `yes`, the value's name."""
    if isinstance(written, bool) or str(written) in ("true", "false"):
        return "yes" if written in (True, "true") else "no"
    if isinstance(written, dict | list | tuple):
        return listed(shown(v) for v in (written.values() if isinstance(written, dict) else written))
    text = str(written)
    return spoken(text) if "${" in text or re.fullmatch(r"[\d.,]+", text) else f"“{words(text)}”"


def number(count: int) -> str:
    """Small numbers in words."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def nth(count: int) -> str:
    known = ("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    return known[count] if count < len(known) else f"{count:,}th"


def times(count: int) -> str:
    return ("never", "once", "twice")[count] if count < 3 else f"{number(count)} times"


def moment(phrase: str) -> str:
    """When a phrase is: `after 2 business days`, `1 day before the start date`, `at the starts at ...`."""
    said = spoken(phrase)
    try:
        parsed = parse_phrase(phrase)
    except (ExpressionProblem, PhraseProblem):
        return f"at {said}"
    if parsed.never:
        return "never"
    if re.search(r"\b(?:before|after)\b", said):
        return said
    return f"after {_spans(parsed) or said}" if parsed.spans else f"at {said}"


def _spans(phrase: Phrase) -> str:
    """`4 hours` for `PT4H`; empty where an amount is an expression or a clock time is said."""
    if phrase.at or any(isinstance(span.amount, Expr) for span in phrase.spans):
        return ""
    return listed(f"{s.amount} {s.unit.removesuffix('s') if s.amount == 1 else s.unit}" for s in phrase.spans)


def within(phrase: str) -> str:
    """By when: `within 2 business days`, `by 1 day before the start date`."""
    when = moment(phrase)
    if when.startswith("after "):
        return f"within {when.removeprefix('after ')}"
    return f"by {when.removeprefix('at ')}"


def length(phrase: str) -> str:
    """How long: `for 30 days`, `until the start`."""
    when = moment(phrase)
    return f"for {when.removeprefix('after ')}" if when.startswith("after ") else f"until {when.removeprefix('at ')}"
