"""What differs between two versions of a process, in plain sentences."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from engine.language import wording
from engine.language.model import Model
from engine.language.plan import Plan
from engine.runtime.places import Place, layout
from engine.runtime.renaming import renamed
from engine.runtime.step import Step

LONG = 100  # characters; a longer text is told by its lines
LINES = 4  # of a text that are told
ONE = {
    "absences": "absence", "approvals": "approvals", "blackouts": "blackout", "branches": "branch", "cases": "way",
    "candidate_groups": "group", "candidate_users": "user", "checklist": "item of the checklist",
    "escalate": "escalation", "events": "event", "fields": "question", "groups": "group", "handlers": "handler",
    "inputs": "input", "items": "item", "members": "member", "operations": "operation", "outcomes": "outcome",
    "outputs": "output", "reminders": "reminder", "rows": "row", "rules": "rule", "signers": "signer",
    "stages": "stage", "tasks": "task", "triggers": "trigger", "users": "user", "values": "value",
}  # fmt: skip
"""What one entry of a list is called."""
WORDS = {"if": "condition", "if_": "condition", "after": "time", "every": "time", "to": "addressee",
         "max_times": "largest number of times", "send": "message", "body": "text", "as": "name of an item",
         "class_": "kind of mail", "class": "kind of mail", "approve": "person who agrees to the message",
         "answer_by_reply": "question that a reply answers", "on_suppressed": "way of a reader who gets no mail",
         "of": "kind of entry", "from_": "first day", "cases": "ways"}  # fmt: skip
FILES = {"forms": "form", "emails": "email", "documents": "document", "checklists": "checklist", "tables": "table",
         "calendars": "calendar", "connections": "connection"}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One difference. `kind`: added, removed, moved, renamed, changed; `about`: the step or the file, by its id;
    `was` and `now` where a single value differs."""

    kind: str
    about: str
    text: str
    was: str = ""
    now: str = ""


def differences(old: Plan, new: Plan) -> tuple[Change, ...]:
    """Everything that differs: steps first, then the process around them, then the files that it uses."""
    names = renamed(old, new)
    found = (*_steps(old, new, names), *_process(old, new), *_resources(old, new))
    return tuple(change for change in found if not _only_renamed(change, names))


def _only_renamed(change: Change, names: Mapping[str, str]) -> bool:
    """Whether a text differs only by steps that have another name."""
    if not names or not change.was:
        return False
    known = re.compile(rf"\bsteps\.({'|'.join(map(re.escape, names))})\b")
    return known.sub(lambda m: f"steps.{names[m[1]]}", change.was) == change.now


# -- steps ------------------------------------------------------------------------


def _steps(old: Plan, new: Plan, names: Mapping[str, str]) -> Iterator[Change]:
    before, after = layout(old), layout(new)
    back = {now: was for was, now in names.items()}
    for step, place in before.items():
        if step not in after and step not in names:
            yield Change("removed", step, f"The step {_named(place.step)} is gone.")
    for step, place in after.items():
        was = before.get(back.get(step, step))
        if was is None:
            yield Change("added", step, f"New: the step {_named(place.step)}, {_where(place)}.")
            continue
        if step in back:
            yield Change("renamed", step, f"The step `{back[step]}` seems to be called `{step}` now.")
        if moved := _moved(was, place, names):
            yield Change("moved", step, f"The step `{step}` {moved}.")
        if was.step.type != place.step.type:
            yield Change("changed", step, f"`{step}` is a {place.step.type} step now; it was a {was.step.type} step.")
            continue
        yield from _between(was.step, place.step, step, f"`{step}`", skip={"id", "type"})


def _named(step: Step) -> str:
    return f"`{step.id}` ({step.type}{f', “{step.title}”' if step.title else ''})"


def _where(place: Place) -> str:
    at, inside = place.beside.index(place.step.id), _inside(place)
    return (f"after `{place.beside[at - 1]}`" if at else "at the beginning") + (f" in `{inside}`" if inside else "")


def _inside(place: Place) -> str:
    return (place.links[-1].owner or place.links[-1].block) if place.links else ""


def _moved(was: Place, now: Place, names: Mapping[str, str]) -> str:
    """Where it is now, if it is in another block, or has changed places with what stays there; empty if neither."""
    owners = [(names.get(link.owner, link.owner), link.kind) for link in was.links]
    if owners != [(link.owner, link.kind) for link in now.links]:
        return f"is inside `{_inside(now)}` now" if now.links else f"is no longer inside `{_inside(was)}`"
    old = [name for name in (names.get(s, s) for s in was.beside) if name in now.beside]
    new = [name for name in now.beside if name in old]
    same = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    if now.step.id in {name for block in same for name in new[block.b : block.b + block.size]}:
        return ""
    return f"is now {_where(now)}; it was {_where(was)}"


# -- around the steps ---------------------------------------------------------------


def _process(old: Plan, new: Plan) -> Iterator[Change]:
    yield from _between(old.process, new.process, "process", "The process", skip={"language", "process"})


def _resources(old: Plan, new: Plan) -> Iterator[Change]:
    for kind, one in FILES.items():
        before, after = getattr(old.resources, kind), getattr(new.resources, kind)
        for name in sorted({*before, *after}):
            about = f"{one} `{name}`"
            if name not in after:
                yield Change("removed", name, f"The {about} is not used any more.")
            elif name not in before:
                yield Change("added", name, f"The {about} is used now.")
            else:
                yield from _between(before[name], after[name], name, f"The {about}", skip={one})
    yield from _between(old.resources.people, new.resources.people, "people", "The people")


# -- anything against anything ---------------------------------------------------------


def _between(a: Model, b: Model, about: str, said: str, skip: Iterable[str] = ()) -> Iterator[Change]:
    """The fields of two models of the same type that differ; blocks of steps are told step by step."""
    for name, field in type(b).model_fields.items():
        x, y = getattr(a, name, None), getattr(b, name)
        if x != y and name not in skip and not _is_block(x) and not _is_block(y):
            yield from _field(x, y, about, said, field.alias or name)
        elif x != y and name not in skip and _is_block(x) != _is_block(y) and not (x is None and name == "else_"):
            yield Change("changed", about, f"{said}: {_words(name)} {_told(y)} now; it was {_told(x)}.")


def _field(a: Any, b: Any, about: str, said: str, name: str) -> Iterator[Change]:
    if isinstance(a, Model) and isinstance(b, Model) and type(a) is type(b):
        yield from _between(a, b, about, f"{said}, {_words(name)}")
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        yield from _entries(dict(a), dict(b), about, said, name)
    elif _is_list(a) and _is_list(b):
        yield from _entries(_by_name(a, b), _by_name(b, a), about, said, name)
    elif isinstance(a, str) and isinstance(b, str) and (len(b) > LONG or "\n" in a + b):
        yield from _text(a, b, about, f"{said}: the {_words(name)}")
    else:
        yield _value(a, b, about, said, _words(name))


def _value(a: Any, b: Any, about: str, said: str, name: str) -> Change:
    if isinstance(a, bool) and isinstance(b, bool):
        text = f"{said} is {name} now." if b else f"{said} is not {name} any more."
    elif a is None or a == ():
        text = f"{said} has a new {name}: {_told(b)}."
    elif b is None or b == ():
        text = f"{said} has no {name} any more; it was {_told(a)}."
    else:
        text = f"{said}: the {name} is {_told(b)} now; it was {_told(a)}."
    return Change("changed", about, text, str(a), str(b))


def _entries(a: Mapping[str, Any], b: Mapping[str, Any], about: str, said: str, name: str) -> Iterator[Change]:
    one = ONE.get(name, _words(name))
    called = _called(a, b)
    for key in (key for key in a if key not in b and key not in called):
        yield Change("removed", about, f"{said}: the {_nth(one, key)}{_details(a[key])} is gone.")
    for key, value in b.items():
        was = next((old for old, new in called.items() if new == key), key)
        if was != key:
            yield Change("renamed", about, f"{said}: the {one} `{was}` is called `{key}` now.")
        elif key not in a:
            yield Change(
                "added", about, f"{said} has a new {one}{'' if key.isdigit() else f' `{key}`'}{_details(value)}."
            )
        elif a[key] != value:
            yield from _same_key(a[key], value, about, said, _nth(one, key))
    if list(a) != list(b) and sorted(a) == sorted(b):
        yield Change("moved", about, f"{said}: the order of the {_words(name)} is {', '.join(b)} now.")


def _called(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, str]:
    """Entries that differ by their id alone: old -> new."""
    gone, come = [key for key in a if key not in b], [key for key in b if key not in a]
    same = {key: [k for k in come if _nameless(b[k]) == _nameless(a[key])] for key in gone}
    return {key: found[0] for key, found in same.items() if found and isinstance(a[key], Model)}


def _nameless(value: Any) -> Any:
    return value.model_copy(update={"id": ""}) if isinstance(value, Model) and hasattr(value, "id") else value


def _same_key(a: Any, b: Any, about: str, said: str, one: str) -> Iterator[Change]:
    if isinstance(a, Model) and isinstance(b, Model) and type(a) is type(b):
        yield from _between(a, b, about, f"{said}, {one}")
    else:
        yield _value(a, b, about, said, one)


def _text(a: str, b: str, about: str, said: str) -> Iterator[Change]:
    """A long text by the lines that are new and gone."""
    old, new = ([line.strip() for line in text.splitlines() if line.strip()] for text in (a, b))
    gone, come = [line for line in old if line not in new], [line for line in new if line not in old]
    yield from (Change("changed", about, f"{said} says now: “{line}”") for line in come[:LINES])
    yield from (Change("changed", about, f"{said} no longer says: “{line}”") for line in gone[:LINES])
    if rest := len(come[LINES:]) + len(gone[LINES:]):
        yield Change("changed", about, f"{said} differs in {rest} more line{'s' if rest > 1 else ''}.")
    if not come and not gone:
        yield Change("changed", about, f"{said} has its lines in another order.")


def _is_block(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Step)


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple | list)


def _by_name(items: Sequence[Any], others: Sequence[Any]) -> dict[str, Any]:
    """Entries by their id; those without one by their place, but the same entry has the same place."""
    named = {}
    for n, item in enumerate(items, 1):
        place = others.index(item) + 1 if item in others and not isinstance(item, str) else n
        key = item if isinstance(item, str) else str(getattr(item, "id", None) or getattr(item, "name", None) or place)
        named[key if key not in named else f"{key} ({n})"] = item
    return named


def _nth(one: str, key: str) -> str:
    """An entry by its name, or by its place: `the first reminder`."""
    return f"{wording.nth(int(key))} {one}" if key.isdigit() else f"{one} `{key}`"


def _details(value: Any) -> str:
    """What there is to say of an entry beside its name."""
    if not isinstance(value, Model):
        return "" if isinstance(value, str) else f" ({_told(value)})"
    about = [f"{_words(n)} {_told(v)}" for n, v in _said_of(value) if n not in ("id", "name")]
    return f" ({', '.join(about[:3])})" if about else ""


def _said_of(value: Model) -> Iterator[tuple[str, Any]]:
    """The fields that the author gave, as far as they are short."""
    fields = type(value).model_fields
    return ((name, v) for name, v in value if _plain(v) and v != fields[name].default)


def _plain(value: Any) -> bool:
    return value not in (None, (), {}, False, "") and not _is_block(value) and not isinstance(value, Model | dict)


def _told(value: Any) -> str:
    if _is_block(value):
        return " and ".join(f"`{step.id}`" for step in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Model):
        return ", ".join(f"{_words(n)} {_told(v)}" for n, v in _said_of(value))
    if _is_list(value):
        return ", ".join(map(_told, value)) or "nothing"
    return "nothing" if value is None else f"“{value}”"


def _words(name: str) -> str:
    return WORDS.get(name) or name.rstrip("_").replace("_", " ")
