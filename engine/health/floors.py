"""Whether what is installed is at least what was asked for: `name>=1.2`, as a package's metadata has it."""

import re
from collections.abc import Callable, Iterable, Iterator

_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(?:>=\s*([0-9.]+))?")


def below(requirements: Iterable[str], installed: Callable[[str], str]) -> Iterator[tuple[str, str, str]]:
    """Name, version that is there (empty: none) and least version, of each that is missing or too old. What is asked
    for under a condition is left alone. `installed` answers names with versions, empty where there is none."""
    for line in requirements:
        found = _REQUIREMENT.match(line)
        if found is None or ";" in line:
            continue
        name, least = found[1], found[2] or "0"
        have = installed(name)
        if not have or _numbers(have) < _numbers(least):
            yield name, have, least


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers at the beginning of a version; what follows (`rc1`, `.dev0`) does not count."""
    return tuple(int(part) for part in re.split(r"[^0-9.]", version)[0].split(".") if part)
