"""What is said of a migration: before it, case by case in groups, and after it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from engine.desk.migrations import Outlook, Result
from engine.shelf import Edition

NAMED = 5  # cases of a group that are named
HEADS = {"moves": "go on with it", "mapping": "go on with it with", "cannot": "stay where they are"}
ONE = {"moves": "goes on with it", "mapping": "goes on with it with", "cannot": "stays where it is"}
ORDER = ("moves", "mapping", "cannot")


def report(edition: Edition, seen: tuple[Outlook, ...]) -> str:
    """Cases that fare alike together."""
    if not seen:
        return f"Every open case of {edition.process} runs version {edition.version}."
    lines = [f"{_cases(len(seen))} of {edition.process} on another version than {edition.version}:"]
    for fare in sorted(_groups(seen), key=lambda group: (ORDER.index(group[0].verdict.kind), -len(group))):
        lines += ["", *_group(fare)]
    movable = any(o.verdict.kind == "moves" for o in seen)
    return "\n".join([*lines, "", "Nothing was changed." + (" To do it: the same with --apply" if movable else "")])


def _groups(seen: Iterable[Outlook]) -> list[list[Outlook]]:
    alike: defaultdict[str, list[Outlook]] = defaultdict(list)
    for outlook in seen:
        alike[f"{outlook.verdict.gist()} {outlook.verdict.names}"].append(outlook)
    return list(alike.values())


def _group(fare: list[Outlook]) -> Iterator[str]:
    verdict = fare[0].verdict
    names = f" {_maps(verdict.names)}" if verdict.kind == "mapping" and verdict.names else ""
    head = (ONE if len(fare) == 1 else HEADS)[verdict.kind]
    yield f"{_cases(len(fare))} {head}{names}:"
    for sentence in (*verdict.why, *verdict.notes):
        yield f"  - {sentence}"
    for send in verdict.sends:
        yield f"  - `{send.step}` sends {send.what} at once"
    if verdict.kind != "cannot" and not verdict.sends:
        yield "  - nothing goes out"
    if len(fare) == 1:
        for kept in verdict.keeps:
            until = f" until {kept.until:%Y-%m-%d %H:%M} UTC" if kept.until else ""
            yield f"  - `{kept.now_at}` goes on waiting{until}"
    more = f" and {len(fare) - NAMED} more" if len(fare) > NAMED else ""
    yield f"  {', '.join(o.case for o in fare[:NAMED])}{more}"


def told(edition: Edition, results: list[Result]) -> str:
    """How it went."""
    if not results:
        return report(edition, ())
    count = Counter(result.outcome for result in results)
    lines = [f"{_cases(count['moved'])} moved to version {edition.version} of {edition.process}."]
    for outcome, words in (("stays", "stay where they are"), ("ended", "had ended before")):
        if count[outcome]:
            lines.append(f"{_cases(count[outcome])} {words}.")
    for result in results:
        if result.outcome == "surprise":
            lines.append(f"Stopped: {result.case} is not as it was. {result.why}")
    if count["surprise"]:
        lines.append("Look again with --plan; --apply goes on with those that have not moved.")
    return "\n".join(lines)


def _maps(names: Mapping[str, str]) -> str:
    return " ".join(f"--map {old}={new}" for old, new in names.items())


def _cases(count: int) -> str:
    return f"{count} case{'' if count == 1 else 's'}"
