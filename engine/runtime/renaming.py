"""Steps that look as if they only have another name, and what remembers the old names of blocks."""

import json
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from engine.language.plan import Plan
from engine.runtime.places import Place, layout
from engine.runtime.state import StepRecord
from engine.runtime.step import Step

ALIKE = 0.6
"""How alike the words of two steps must be for one to look like the other, renamed. Neighbours count, too."""


def renamed(old: Plan, new: Plan) -> dict[str, str]:
    """Steps of the old plan that are gone, and the new steps that look like them."""
    before, after = layout(old), layout(new)
    gone = [place for step, place in before.items() if step not in after]
    come = [place for step, place in after.items() if step not in before]
    pairs = [(_likeness(a, b), a.step.id, b.step.id) for a in gone for b in come if a.step.type == b.step.type]
    found: dict[str, str] = {}
    for likeness, was, now in sorted(pairs, key=lambda pair: -pair[0]):
        if likeness >= ALIKE and was not in found and now not in found.values():
            found[was] = now
    return found


def _likeness(a: Place, b: Place) -> float:
    alike = SequenceMatcher(None, _text(a.step), _text(b.step), autojunk=False).ratio()
    return min(1.0, alike + 0.15 * _same_neighbours(a, b))


def _text(step: Step) -> str:
    data = step.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps({name: value for name, value in data.items() if name not in ("id", "type")}, sort_keys=True)


def _same_neighbours(a: Place, b: Place) -> int:
    """How many of the steps just before and just after are the same."""
    return sum(x == y and x is not None for x, y in zip(_neighbours(a), _neighbours(b), strict=True))


def _neighbours(place: Place) -> tuple[str | None, str | None]:
    at, beside = place.beside.index(place.step.id), place.beside
    return beside[at - 1] if at else None, beside[at + 1] if at + 1 < len(beside) else None


REMEMBERED = ("branch", "choice")
"""Kinds of block that their step knows by name while it is open."""


def translated(record: StepRecord, before: Step, after: Step, names: Mapping[str, str]) -> None:
    """Let an open block remember its ways and branches by their new names, and forget those that are gone."""
    blocks = _blocks(before, after, names)
    gone = {b.name for b in before.nested() if b.kind in REMEMBERED} - set(blocks)
    if gone or any(old != new for old, new in blocks.items()):
        record.memo = {_named(name, blocks): _value(value, blocks, gone) for name, value in record.memo.items()}
        record.left = _value(record.left, blocks, gone)


def _blocks(before: Step, after: Step, names: Mapping[str, str]) -> dict[str, str]:
    """Old name of a block -> its new name: the same, or where its steps are now."""
    there = {b.name: {s.id for s in b.steps} for b in after.nested()}
    found = {}
    for block in (b for b in before.nested() if b.kind in REMEMBERED):
        steps = {names.get(step.id, step.id) for step in block.steps}
        best = max(there, key=lambda name: (len(there[name] & steps), name == block.name), default="")
        if best and there[best] & steps:
            found[block.name] = best
        elif block.name in there:
            found[block.name] = block.name
    return found


def _named(name: str, blocks: Mapping[str, str]) -> str:
    kept, dot, block = name.partition(".")
    return f"{kept}.{blocks.get(block, block)}" if dot else name


def _value(value: Any, blocks: Mapping[str, str], gone: set[str]) -> Any:
    if isinstance(value, str):
        return blocks.get(value, value)
    if isinstance(value, list):
        return [_value(v, blocks, gone) for v in value if not (isinstance(v, str) and v in gone)]
    return value
