"""What a case does next if nobody acts."""

from datetime import UTC, datetime
from pathlib import Path

from cli.forecast import lines
from engine.preview.forecast import Forecast, forecast
from engine.preview.retelling import retell
from engine.preview.writing import as_text
from engine.runtime.pretended import pretend
from engine.runtime.simulator import Simulation
from engine.store import states
from engine.store.store import Store
from tests.cli.conftest import Baton
from tests.docs.blocks import ROOT, of
from tests.runtime.onboarding import ACME, SCRIPTS, begun, follow, plan
from tests.runtime.small import begin

PHONE = "Task “Phone Ann about the questionnaire” for Sam Whitfield, because no answer after 8 business days"


def told(found: Forecast) -> list[str]:
    return [
        f"{c.at.astimezone(found.zone):%a %d %b %H:%M} {c.what}" + (f", because {c.why}" if c.why else "")
        for c in found.coming
    ]


def ahead(case: Simulation) -> Forecast:
    return forecast(case.plan, case.state, case.now)


def test_a_forecast_says_what_comes_when_and_why() -> None:
    found = ahead(begun())
    assert told(found) == [
        "Wed 04 Mar 09:00 Reminder “Welcome reminder” to ann@acme.test, because no answer after 2 business days",
        "Mon 09 Mar 09:00 Reminder “Welcome reminder” to ann@acme.test, because no answer after 5 business days",
        "Thu 12 Mar 09:00 " + PHONE,
        "Mon 30 Mar 09:00 Ended: no reply, because it is still open after 20 business days",
    ]
    assert found.afterwards == "The case ends as “no reply”."


def test_the_documentation_shows_what_is_said() -> None:
    blocks = [b.text for b in of(ROOT / "docs" / "seeing-ahead.md") if b.language == "text"]
    assert blocks[1] == "\n".join(lines(ahead(begun()))) + "\n"
    signature = next(b for b in as_text(retell(plan())).split("\n   5.") if b.startswith("3. "))
    assert " ".join(blocks[0].split()) == " ".join(f"5.{signature}".split("\n\n")[0].split())


def test_a_repeated_reminder_says_how_much_later_it_comes() -> None:
    case = begun()
    for line in SCRIPTS["happy"][:5]:
        follow(case, line)
    assert [c.why for c in ahead(case).coming[:2]] == [
        "no answer after 3 business days",
        "there is still no answer, 3 business days later",
    ]


def test_a_case_that_waits_for_ever_says_so() -> None:
    case = begin("steps:\n  - { id: a, type: task, title: A, assignee: sam, timeout: never }\n")
    found = ahead(case)
    assert (found.coming, found.afterwards) == ((), "Then it waits for sam, as long as it takes.")


def test_an_incident_stands_still() -> None:
    case = begin("steps:\n  - { id: a, type: task, title: A, assignee: sam, timeout: 1 day, on_timeout: fail }\n")
    assert ahead(case).coming[0].why == "it is still open after 1 day"
    case.advance()
    said = "Nothing goes on at “a” until somebody acts: nothing came in time from sam."
    assert (ahead(case).coming, ahead(case).afterwards) == ((), said)


def test_a_case_that_is_paused_does_nothing() -> None:
    case = begun()
    case.give("operator", name="pause", by="sam")
    said = "The case is paused by sam: it goes on when somebody resumes it."
    assert (ahead(case).coming, ahead(case).afterwards) == ((), said)


def test_a_forecast_changes_nothing() -> None:
    case = begun()
    before = case.state.dump()
    assert told(ahead(case)) == told(ahead(case))
    assert case.state.dump() == before


def test_a_forecast_is_what_then_happens() -> None:
    """The golden promise: letting the case itself run on gives the same lines."""
    case = begun()
    foretold = [c.at for c in ahead(case).coming]
    happened = []
    while case.deadline:
        case.advance()
        happened.append(case.now)
    assert foretold == happened


def test_a_case_that_has_ended_has_nothing_to_come() -> None:
    case = begin("steps:\n  - { id: a, type: stop, outcome: over }\n", respond=pretend)
    assert ahead(case).afterwards == "The case has ended as “over”."


def test_the_command_reads_the_stored_state(baton: Baton, case: str, store: Store) -> None:
    simulated = Simulation.of(plan(), ACME, datetime.now(UTC))
    simulated.state.case["id"] = case
    store.write_now(lambda c: states.put(c, case, 1, simulated.state.dump()))
    said = baton("forecast", case)
    assert said.out.startswith("If nobody acts:\n  ")
    assert "Reminder “Welcome reminder” to ann@acme.test, because no answer after 2 business days" in said.out
    assert baton("forecast", case, "--json").json["afterwards"] == "The case ends as “no reply”."


def test_a_case_before_its_first_turn_has_a_forecast(baton: Baton, case: str) -> None:
    assert "Started: Client onboarding for Acme" in baton("forecast", case).out


def test_a_case_that_is_not_there_is_the_users_problem(baton: Baton, workspace: Path) -> None:
    assert "there is no case `nowhere`" in baton("forecast", "nowhere").err


def test_the_example_has_a_forecast_after_every_line_of_every_script() -> None:
    for script in SCRIPTS.values():
        case = begun()
        for line in script:
            follow(case, line)
            assert ahead(case).afterwards
    assert plan().process.process == "client-onboarding"


def test_a_case_has_a_page_of_its_own(baton: Baton, case: str) -> None:
    assert "/c/" in baton("link", case).out
    assert baton("link", case).out == baton("link", case).out
    assert baton("link", case).out != baton("link", case, "--for", "sam@northwind.example").out
