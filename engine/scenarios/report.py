"""What came of tests, for people and for programs."""

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.scenarios.coverage import Coverage
from engine.scenarios.play import Played


def failure(played: Played) -> str:
    """Everything about a test that failed: what was expected, what happened instead, and the timeline."""
    lines = [f"{played.process}: {played.title}", *_misses(played), "  What happened:"]
    lines += [f"    {line}" for line in played.timeline] or ["    nothing: the case could not start"]
    return "\n".join(lines)


def _misses(played: Played) -> Iterator[str]:
    for miss in played.misses:
        yield f"  {played.file}:{miss.line}: {miss.what}"
        yield f"    expected: {miss.expected}"
        yield f"    happened: {miss.happened}"


def summary(results: list[Played]) -> str:
    """`12 passed, 1 failed in 31 ms`: the time of the tests themselves."""
    failed = sum(bool(r.misses) for r in results)
    counts = [f"{len(results) - failed} passed"] + ([f"{failed} failed"] if failed else [])
    seconds = sum(r.seconds for r in results)
    return f"{', '.join(counts)} in {f'{seconds:.1f} s' if seconds >= 1 else f'{seconds * 1000:.0f} ms'}"


def covered(coverage: Coverage) -> str:
    """The percentage, and every way that no test has taken."""
    missing = coverage.missing()
    head = f"{coverage.process}: {coverage.percent:g} % of {len(coverage.ways)} ways"
    return "\n".join([head, *(f"  {coverage.file}:{way.line}: {way.missing}" for way in missing)])


def as_json(results: Iterable[Played], coverages: Iterable[Coverage]) -> dict[str, Any]:
    """Everything as plain data."""
    return {
        "tests": [
            {
                "process": r.process,
                "title": r.title,
                "file": r.file,
                "line": r.line,
                "passed": not r.misses,
                "seconds": round(r.seconds, 4),
                "misses": [vars(miss) for miss in r.misses],
                "timeline": list(r.timeline),
            }
            for r in results
        ],
        "coverage": [
            {
                "process": c.process,
                "percent": c.percent,
                "ways": len(c.ways),
                "missing": [{"line": way.line, "step": way.step, "what": way.missing} for way in c.missing()],
            }
            for c in coverages
        ],
    }


def junit(results: list[Played]) -> str:
    """The results as JUnit XML: one suite for each file."""
    root = Element("testsuites")
    for file in dict.fromkeys(r.file for r in results):
        cases = [r for r in results if r.file == file]
        failed, seconds = sum(bool(r.misses) for r in cases), sum(r.seconds for r in cases)
        counts = {"tests": str(len(cases)), "failures": str(failed), "time": f"{seconds:.4f}"}
        suite = SubElement(root, "testsuite", {"name": _plain(file), **counts})
        for played in cases:
            _case(suite, played)
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(suite: Element, played: Played) -> None:
    case = SubElement(
        suite, "testcase", classname=_plain(played.process), name=_plain(played.title), time=f"{played.seconds:.4f}",
        file=_plain(played.file), line=str(played.line),
    )  # fmt: skip
    if played.misses:
        what = ", ".join(miss.what for miss in played.misses)
        SubElement(case, "failure", message=_plain(what)).text = _plain(failure(played))


def _plain(text: str) -> str:
    """XML has no place for control characters, however they are written."""
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
