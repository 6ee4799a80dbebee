"""Files of tests against the process that they are for (E11x)."""

from engine.language.checks.expected import expectation
from engine.language.checks.lines import line_of_script
from engine.language.checks.subject import Subject
from engine.language.checks.tested import Tested
from engine.language.document import Document
from engine.language.library import Library
from engine.language.problems import one_of, suggest
from engine.language.process import Process
from engine.language.scenario import Scenario, Tests


def check(document: Document, library: Library) -> None:
    """Adds to the source of the file what is wrong with it."""
    tests = document.root
    if not isinstance(tests, Tests) or not tests.process:
        return
    loaded = library.get("processes", tests.process)
    if loaded is None:
        known = library.names("processes")
        near = suggest(tests.process, known)
        place, note = document.place(tests, "process"), f"the folder `processes/` has {one_of(known) or 'none'}"
        hint = f"did you mean `{near}`?" if near else ""
        document.source.report("E070", f"there is no process `{tests.process}`", place, "" if near else note, hint)
    elif isinstance(loaded.root, Process) and loaded.whole:
        _check(Tested(document, library, tests, Subject(loaded, library)))


def _check(t: Tested) -> None:
    _start_at(t, t.tests)
    t.mocks(t.tests, t.tests.mock)
    _titles(t)
    for test in t.tests.tests:
        _start_at(t, test)
        _inputs(t, test)
        t.mocks(test, test.mock)
        for line in test.script:
            line_of_script(t, line)
        if test.expect:
            expectation(t, test.expect)


def _titles(t: Tested) -> None:
    seen: dict[str, int] = {}
    for test in t.tests.tests:
        place = t.document.place(test, "title")
        if test.title in seen:
            note = f"`{test.title}` is already on line {seen[test.title]}"
            t.report("E027", "two tests have the same title", place, note)
        seen.setdefault(test.title, place.line)


def _start_at(t: Tested, owner: Tests | Scenario) -> None:
    if owner.start_at is not None:
        t.time(owner.start_at, t.document.place(owner, "start_at"), "start_at")


def _inputs(t: Tested, test: Scenario) -> None:
    raw = {**t.tests.inputs, **test.inputs}
    t.read(test, "inputs", raw, t.known.process.inputs, t.tests)
