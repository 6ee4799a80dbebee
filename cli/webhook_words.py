"""What a message of another system would do, in words."""

from dataclasses import asdict
from typing import Any

from cli.columns import printable
from engine.desk.webhooks import HookLine, Rehearsal
from engine.language.values import display


def as_data(shown: HookLine | Rehearsal) -> dict[str, Any]:
    """For programs."""
    if isinstance(shown, HookLine):
        return asdict(shown)
    starts = [{"process": process, "inputs": dict(_flat(inputs))} for process, inputs in shown.starts]
    plain = {name: value for name, value in vars(shown).items() if name not in ("data", "starts", "releases")}
    releases = [{"case": one.case, "step": one.path} for one in shown.releases]
    return {**plain, "data": dict(_flat(shown.data)), "starts": starts, "releases": releases}


def told(found: Rehearsal, event: str) -> str:
    """A rehearsal, line by line."""
    lines = [f"Signature  {found.signed}"]
    if found.problem:
        return "\n".join([*lines, f"Event      {found.problem}"])
    lines.append(f"Event      {found.event}" + ("" if found.event == event else f", and not {event}"))
    lines.append(f"Once       a message with the id {found.same_as} counts once")
    lines += _block("Fields", [f"{name}: {value}" for name, value in _flat(found.data)] or ["none"])
    lines += _block("Left out", [f"{sentence}" for sentence in found.left_out.values()])
    lines += _block("Empty", [f"{name}: nothing stands at `{at}` of it" for name, at in found.absent.items()])
    lines += _block("Starts", [_start(process, inputs) for process, inputs in found.starts])
    lines += _block("Cannot", list(found.cannot_start))
    lines += _block("Releases", [f"{one.case} at {one.path}" for one in found.releases])
    if not (found.starts or found.cannot_start or found.releases):
        lines.append("Then       nothing: no trigger starts a case with it, and no case waits for it")
    return "\n".join(map(printable, lines))


def _block(title: str, rows: list[str]) -> list[str]:
    return [f"{title if n == 0 else '':<10} {row}" for n, row in enumerate(rows)]


def _start(process: str, inputs: Any) -> str:
    return f"{process} with " + ", ".join(f"{name}={display(value)}" for name, value in inputs.items())


def _flat(data: Any, above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in data.items():
        if isinstance(value, dict) and not any(key.startswith("$") for key in value):
            found += _flat(value, f"{above}{name}.")
        else:
            found.append((f"{above}{name}", display(value)))
    return found
