"""What an editor writes for a new step: its required keys, each with a value to write over."""

from engine.language.model import Model
from engine.language.shapes import Key, Many, Steps, Word, keys

PASTE = {
    "to": "${ inputs.email }", "title": "What people read", "outcome": "done", "max_times": "3",
    "timeout": "20 business days", "on_timeout": "fail", "until": 'steps.review.outcome == "accept"',
    "items": "inputs.people", "document": "${ steps.contract.file }", "operation": "create",
}  # fmt: skip
_WAITS = ("timeout", "on_timeout")  # asked of most waits, which no schema can say


def step(name: str, model: type[Model]) -> list[tuple[str, str]]:
    """Key -> value to write over, in order; an empty value where keys or items go below."""
    known = keys(model)
    wanted = [key for key in known.values() if key.required and key.key not in ("id", "type")]
    wanted += [known[key] for key in _WAITS if key in known and "steps" not in known]
    return [("id", f"{name}_step"), ("type", name), *((key.key, _value(key)) for key in wanted)]


def _value(key: Key) -> str:
    if isinstance(key.shape, Word):
        return PASTE.get(key.key) or (str(key.shape.words[0]) if key.shape.words else key.key.upper())
    if isinstance(key.shape, Steps | Many) and key.key in PASTE:
        return PASTE[key.key]
    return ""


def escaped(value: str) -> str:
    """As it must stand in a snippet, where `$` and `}` mean something."""
    return value.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
