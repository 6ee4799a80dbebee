"""A process becomes a plan that comes back from its text, or every finding at once."""

import re
from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.language.compiler import Compiled, check_file, compile_process, plan_from_json, plan_to_json
from engine.language.plan import Plan
from engine.language.problems import render
from engine.language.process import Process
from tests.language.golden import BAD, GOOD

SHIPPED = Path(__file__).parents[2] / "definitions"
PROCESSES = sorted(p.stem for p in (SHIPPED / "processes").glob("*.yaml"))


def plan_of(process: str, workspace: Path = SHIPPED) -> Plan:
    compiled = compile_process(workspace, process, STEP_TYPES)
    assert render(compiled.problems) == ""
    assert compiled.plan is not None
    return compiled.plan


@pytest.mark.parametrize("process", PROCESSES)
def test_the_shipped_definitions_have_no_findings(process: str) -> None:
    assert compile_process(SHIPPED, process, STEP_TYPES).problems == ()


@pytest.mark.parametrize("folder", ["forms", "emails", "documents", "checklists", "calendars", "."])
def test_every_shipped_file_is_clean_by_itself(folder: str) -> None:
    files = [p for p in (SHIPPED / folder).iterdir() if p.suffix in (".yaml", ".md") and p.stem != "baton"]
    assert files
    assert [render(check_file(path, STEP_TYPES)) for path in files] == [""] * len(files)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_plan_comes_back_from_its_text_as_it_was(process: str) -> None:
    plan = plan_of(process)
    again = plan_from_json(plan_to_json(plan), STEP_TYPES)
    assert again == plan
    assert plan_to_json(again) == plan_to_json(plan)


def test_the_same_files_give_the_same_digest_and_a_changed_mail_another(tmp_path: Path) -> None:
    for name in ("processes", "emails"):
        (tmp_path / name).mkdir()
    (tmp_path / "people.yaml").write_bytes((GOOD / "people.yaml").read_bytes())
    (tmp_path / "emails/task-reminder.md").write_text("---\nsubject: Hello\n---\nHello\n")
    process = (GOOD / "processes/background-check.yaml").read_text()
    reminded = process.replace("timeout: never", "reminders: [{ after: 2 days }]\n    timeout: never")
    (tmp_path / "processes/background-check.yaml").write_text(reminded)
    first = plan_of("background-check", tmp_path).digest
    assert plan_of("background-check", tmp_path).digest == first
    (tmp_path / "emails/task-reminder.md").write_text("---\nsubject: Again\n---\nHello\n")
    assert plan_of("background-check", tmp_path).digest != first


def test_a_plan_carries_every_mail_that_its_steps_send() -> None:
    emails = plan_of("client-onboarding").resources.emails
    assert {"welcome", "welcome-reminder", "signature-request", "escalation"} <= set(emails)


def test_a_plan_that_was_changed_is_refused() -> None:
    text = plan_to_json(plan_of("kyc-check")).replace("3 business days", "9 business days")
    with pytest.raises(ValueError, match="changed after it was compiled"):
        plan_from_json(text, STEP_TYPES)


def test_a_plan_of_another_format_is_refused() -> None:
    text = plan_to_json(plan_of("kyc-check")).replace('"format":1', '"format":99', 1)
    with pytest.raises(ValueError, match="format 99"):
        plan_from_json(text, STEP_TYPES)


def test_findings_leave_no_plan_and_warnings_do() -> None:
    assert compile_process(BAD, "stage-unknown", STEP_TYPES).plan is None
    assert compile_process(BAD, "warnings", STEP_TYPES).plan is not None


def test_a_process_that_is_not_there_is_said_so() -> None:
    with pytest.raises(FileNotFoundError, match="there is no process `nothing`"):
        compile_process(SHIPPED, "nothing", STEP_TYPES)


def test_a_name_never_leads_out_of_the_workspace() -> None:
    with pytest.raises(FileNotFoundError):
        compile_process(SHIPPED, "../processes/kyc-check", STEP_TYPES)


@pytest.mark.parametrize("name", ["forty-mistakes", "forty-more-mistakes"])
def test_forty_mistakes_give_forty_findings_each_on_its_line(name: str) -> None:
    path = BAD / f"{name}.yaml"
    marked = [n for n, line in enumerate(path.read_text().split("\n"), 1) if re.search(r"# ?\d+", line)]
    assert len(marked) == 40
    assert [p.line for p in check_file(path, STEP_TYPES)] == marked


def written(compiled: Compiled) -> dict[str, object]:
    assert compiled.plan is not None
    step = compiled.plan.process.steps[0]
    return dict(step.inputs)


def test_a_value_of_no_declared_type_stays_as_it_was_written() -> None:
    values = written(compile_process(GOOD, "as-written", STEP_TYPES))
    kept = ("country", "closes", "code", "version", "phone", "day", "nothing", "octal", "power", "switch", "quoted")
    assert [values[name] for name in kept] == [
        "NO", "22:30", "01234", "1.10", "+44 20 7946 0958", "2026-03-01", "null", "0o17", "1e3", "on", "12",
    ]  # fmt: skip
    literal = {name: values[name] for name in ("yes_or_no", "seats", "rate")}
    assert literal == {"yes_or_no": "${ true }", "seats": "${ 12 }", "rate": "${ 0.25 }"}


def test_the_steps_of_a_plan_know_their_types() -> None:
    process = plan_of("client-onboarding").process
    assert isinstance(process, Process)
    again = plan_from_json(plan_to_json(plan_of("client-onboarding")), STEP_TYPES).process
    assert [type(step) for step in again.steps] == [type(step) for step in process.steps]
