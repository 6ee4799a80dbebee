"""Applies the repairs that findings carry, and only those after which there is less to say."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.language.problems import Fix, Problem

ROUNDS = 20  # a repair may bring a finding to light that has a repair itself
Found = Callable[[Mapping[Path, str]], tuple[Problem, ...]]
"""All findings, with some files read as other texts. Their files are named from the folder where we are."""

_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass
class Repaired:
    """The files that changed, as they were and as they are; `applied` are the findings that are gone."""

    before: dict[Path, str] = field(default_factory=dict)
    after: dict[Path, str] = field(default_factory=dict)
    applied: list[Problem] = field(default_factory=list)
    left: tuple[Problem, ...] = ()


def repair(found: Found) -> Repaired:
    """Apply every certain repair, again and again until nothing more can be repaired. Writes nothing."""
    done = Repaired(left=found({}))
    for _ in range(ROUNDS):
        tried = _round(done, found)
        if tried is done:
            break
        done = tried
    return done


def apply(text: str, fixes: Iterable[Fix]) -> str:
    """The text with these repairs; nothing but their places changes. Of two that overlap the first counts."""
    starts = [0, *(m.end() for m in _BREAK.finditer(text))]
    pieces, position = [], 0
    for fix in sorted(fixes, key=lambda f: (f.line, f.column)):
        bom = 1 if fix.line == 1 and text.startswith("\ufeff") else 0
        at = starts[fix.line - 1] + fix.column - 1 + bom
        if at >= position:
            pieces += [text[position:at], fix.text]
            position = at + fix.length
    return "".join([*pieces, text[position:]])


def _round(done: Repaired, found: Found) -> Repaired:
    """All repairs at once; where that brings up something new, line by line those that do not."""
    wanted = [p for p in done.left if p.fix]
    lines = {(p.file, p.line): [q for q in wanted if (q.file, q.line) == (p.file, p.line)] for p in wanted}
    best = _tried(done, done, wanted, found)
    if best is not done or len(lines) < 2:
        return best
    chosen: list[Problem] = []
    for together in lines.values():  # all places are those of the text before this round
        tried = _tried(done, best, [*chosen, *together], found)
        if tried is not best:
            best, chosen = tried, [*chosen, *together]
    return best


def _tried(done: Repaired, best: Repaired, chosen: list[Problem], found: Found) -> Repaired:
    """What the repairs make of `done`, if that is better than the best so far."""
    if not chosen:
        return best
    tried = _with(done, chosen)
    tried.left = found(tried.after)
    return tried if _better(best.left, tried.left) else best


def _with(done: Repaired, chosen: list[Problem]) -> Repaired:
    before, after = dict(done.before), dict(done.after)
    for path in dict.fromkeys(Path(p.file).resolve() for p in chosen):
        fixes = [p.fix for p in chosen if p.fix and Path(p.file).resolve() == path]
        text = after[path] if path in after else _read(path)
        before.setdefault(path, text)
        after[path] = apply(text, fixes)
    return Repaired(before, after, [*done.applied, *chosen])


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:  # line ends stay what they are
        return file.read()


def _better(before: tuple[Problem, ...], after: tuple[Problem, ...]) -> bool:
    """Fewer errors and none that was not there; or as many, and the same of warnings.

    Some warnings are only given where there is no error, so those may come to light.
    """
    for severity in ("error", "warning"):
        old, new = _said(before, severity), _said(after, severity)
        if new - old:
            return False
        if new.total() < old.total():
            return True
    return False


def _said(problems: tuple[Problem, ...], severity: str) -> Counter[tuple[str, str, str]]:
    return Counter((p.file, p.code, p.message) for p in problems if p.severity == severity)
