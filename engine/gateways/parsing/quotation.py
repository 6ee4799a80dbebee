"""What was newly written in a mail, apart from what it quotes: in the ways and languages of common programs."""

import re

from mailparser_reply import EmailReplyParser

from engine.gateways.parsing.tolerance import tolerant, within
from engine.gateways.parsing.tongues import COLONS, FORWARD, HEAD, HEAD_LINE, RULE, SAID, SENT_FROM

LONGEST = 100_000
"""Characters in which quotations are looked for; what comes after is old for certain."""
SECONDS = 1.0

# Polish takes a single line such as `Data: ...` for the head of a quotation; its own words are among those below.
_PARSER = EmailReplyParser(languages=["en", "de", "fr", "es", "it", "nl", "da", "sv", "cs", "ja", "ko", "zh", "david"])

_BAR = re.compile(r"^\s*_{20,}\s*$")
_DATED = re.compile(r"\d{1,4}[./-]\d{1,2}|\b\d{4}\b|\d{1,2}:\d{2}|@")
_MARK = re.compile(r"^[ \t]*[>|]")


def newly_written(text: str) -> str:
    """The text without quotations, the lines that introduce them, and the signature below `-- `.

    Answers between the lines of a quotation stay. Empty for a mail that only quotes.
    """
    text = text[:LONGEST]
    first = within(SECONDS, lambda: tolerant(lambda: _first(text), text), lambda: text)
    return _trimmed(_without_quotes(_up_to_rule(first)))


def _first(text: str) -> str:
    """Everything before the head of the first quotation that the library knows."""
    replies = _PARSER.read(text).replies
    if not replies:
        return text
    if not replies[0].headers:
        return str(replies[0].content)
    # The quotation comes first: what stands below it, unmarked, was written anew.
    head = replies[0].headers
    rest = str(replies[0].content).removeprefix(head)
    return rest if any(_MARK.match(line) for line in rest.splitlines()) else ""


def _up_to_rule(text: str) -> str:
    lines = text.splitlines()
    for at, line in enumerate(lines):
        below = next((one for one in lines[at + 1 : at + 4] if one.strip()), "")
        head = all(HEAD_LINE.match(one) for one in lines[at : at + 3]) and len(lines) > at + 3
        if head or RULE.match(line) or FORWARD.match(line) or (_BAR.match(line) and HEAD.match(below)):
            return "\n".join(lines[:at])
    return text


def _without_quotes(text: str) -> str:
    lines = text.splitlines()
    kept = [not _MARK.match(line) for line in lines]
    for at, new in enumerate(kept):
        if new:
            continue
        if at and kept[at - 1]:
            _drop_introduction(lines, kept, at)
    return "\n".join(line for line, new in zip(lines, kept, strict=True) if new)


def _drop_introduction(lines: list[str], kept: list[bool], at: int) -> None:
    """The up to three lines above a quotation that say who wrote it."""
    above = at - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    for first in range(above, max(above - 3, -1), -1):
        said = " ".join(lines[first : above + 1])
        if SAID.search(said) or (said.rstrip().endswith(COLONS) and _DATED.search(said) and len(said) < 300):
            for line in range(first, above + 1):
                kept[line] = False
            return


def _trimmed(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    end = next((at for at, line in enumerate(lines) if line in ("--", "-- ") and at), len(lines))
    lines = lines[:end]
    while lines and (not lines[-1].strip() or SENT_FROM.match(lines[-1])):
        lines.pop()
    if lines and SAID.search(lines[-1]) and _DATED.search(lines[-1]) and lines[-1].endswith(COLONS):
        lines.pop()  # the introduction of a quotation that was taken away
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
