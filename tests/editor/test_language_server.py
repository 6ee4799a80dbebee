"""`baton lsp`, as an editor speaks with it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.workspace import create
from tests.editor.client import Client, editor

COMMAND = [sys.executable, "-m", "cli.main", "lsp"]
PROCESS = Path("definitions/processes/client-onboarding.yaml")
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lsp") / "northwind"
    create(folder)
    return folder


@pytest.fixture(scope="module")
def server(workspace: Path) -> Iterator[Client]:
    with editor(COMMAND, workspace) as client:
        yield client
        assert client.server.poll() is None


@pytest.fixture
def ask(server: Client, workspace: Path) -> Iterator[Ask]:
    """Ask about the place marked `§` in a text of the example, with a piece of it replaced."""
    opened: list[str] = []

    def asked(method: str, old: str, new: str, file: Path = PROCESS, **more: Any) -> Any:
        text = (workspace / file).read_text().replace(old, new, 1)
        before, _, after = text.partition("§")
        opened.append(server.open(workspace / file, before + after))
        line = before[before.rfind("\n") + 1 :]
        units = len(line.encode("utf-16-le")) // 2
        return server.at(method, opened[-1], before.count("\n"), units, **more)

    yield asked
    for uri in opened:
        server.close(uri)


def labels(answer: Any) -> dict[str, Any]:
    return {item["label"]: item for item in answer["items"]}


NEW = "  - id: terms\n"  # a step of the example before which new ones are typed


# -- diagnostics ------------------------------------------------------------


def test_a_file_without_mistakes_has_no_diagnostics(server: Client, workspace: Path) -> None:
    uri = server.open(workspace / PROCESS)
    assert server.diagnostics(uri) == []
    server.close(uri)


def test_what_is_typed_is_checked_before_it_is_saved(server: Client, workspace: Path) -> None:
    uri = server.open(workspace / PROCESS)
    assert server.diagnostics(uri) == []
    text = (workspace / PROCESS).read_text()
    server.change(uri, text.replace("steps.terms.tier", "steps.trems.tier", 1))
    (found,) = server.diagnostics(uri)
    assert (found["code"], found["severity"], found["source"]) == ("E031", 1, "baton")
    assert "did you mean `terms`?" in found["message"]
    start = text[: text.index("steps.terms.tier") + 6]
    assert found["range"]["start"] == {"line": start.count("\n"), "character": len(start) - start.rfind("\n") - 1}
    assert found["range"]["end"]["character"] - found["range"]["start"]["character"] == len("trems")
    assert "explain.md" in found["codeDescription"]["href"]
    server.change(uri, text)
    assert server.diagnostics(uri) == []
    server.close(uri)


def test_columns_are_counted_as_the_editor_counts_them(server: Client, workspace: Path) -> None:
    step = '{id: a, type: email, to: a@acme.test, body: b, subject: "🎉🎉 ${ inputs.who }"}'
    text = f"language: 1\nprocess: t\ntitle: T\nsteps:\n  - {step}\n"
    uri = server.open(workspace / "definitions" / "processes" / "t.yaml", text)
    (found,) = server.diagnostics(uri)
    line = text.split("\n")[4]
    wanted = len(line[: line.index("who")].encode("utf-16-le")) // 2
    assert (found["range"]["start"]["character"], found["range"]["end"]["character"]) == (wanted, wanted + 3)
    server.close(uri)


def test_another_line_that_a_finding_speaks_of_can_be_gone_to(server: Client, workspace: Path) -> None:
    text = (workspace / PROCESS).read_text().replace("steps.welcome.answers.seats >= 200", "steps.contract.file == 1")
    uri = server.open(workspace / PROCESS, text)
    found = next(d for d in server.diagnostics(uri) if "contract" in d["message"])
    there = found["relatedInformation"][0]["location"]["range"]["start"]["line"]
    assert "id: contract" in text.split("\n")[there]
    server.close(uri)


def test_a_mail_that_is_open_is_checked_against_who_sends_it(server: Client, workspace: Path) -> None:
    mail = workspace / "definitions" / "emails" / "welcome.md"
    uri = server.open(mail, mail.read_text() + "\n${ inputs.compny }\n")
    (found,) = server.diagnostics(uri)
    assert (found["code"], found["range"]["start"]["line"]) == ("E071", mail.read_text().count("\n") + 1)
    server.close(uri)


def test_an_unsaved_form_counts_for_the_process_that_uses_it(server: Client, workspace: Path) -> None:
    form = workspace / "definitions" / "forms" / "client-welcome.yaml"
    process = server.open(workspace / PROCESS)
    assert server.diagnostics(process) == []
    uri = server.open(form, form.read_text().replace("id: seats", "id: places"))
    assert any("seats" in d["message"] for d in server.diagnostics(process))
    server.close(uri)
    server.close(process)


def test_a_file_that_changes_outside_the_editor_counts_too(server: Client, workspace: Path) -> None:
    form = workspace / "definitions" / "forms" / "client-welcome.yaml"
    before = form.read_text()
    uri = server.open(workspace / PROCESS)
    assert server.diagnostics(uri) == []
    form.write_text(before.replace("id: seats", "id: places"))
    server.notify("workspace/didChangeWatchedFiles", changes=[{"uri": form.as_uri(), "type": 2}])
    assert any("seats" in d["message"] for d in server.diagnostics(uri))
    form.write_text(before)
    server.close(uri)


def test_files_of_others_are_left_alone(server: Client, workspace: Path) -> None:
    uri = server.open(workspace / "docker-compose.yaml", "services:\n  web: {image: x}\n")
    assert server.at("hover", uri, 0, 2) is None
    assert labels(server.at("completion", uri, 1, 2)) == {}
    server.close(uri)


# -- completion -------------------------------------------------------------


def test_the_keys_of_a_step_are_those_of_its_type(ask: Ask) -> None:
    found = labels(ask("completion", NEW, f"  - id: new\n    type: form\n    §\n{NEW}"))
    assert {"to", "form", "reminders", "timeout"} <= set(found)
    assert not {"id", "type", "outcomes"} & set(found)
    assert "who gets the link" in found["to"]["documentation"]["value"].lower()


def test_a_step_begins_with_any_type(ask: Ask) -> None:
    found = labels(ask("completion", NEW, f"  - §\n{NEW}"))
    assert {"id", "type", "email step", "task step", "for_each step"} <= set(found)
    assert found["email step"]["textEdit"]["newText"].startswith("id: ${1:email_step}\n  type: email")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("type: task\n    if: steps.review.§", {"outcome", "status", "by"}),
        ("type: task\n    if: steps.welcome.answers.§", {"seats", "legal_name"}),
        ("type: task\n    if: steps.review.outcome == §", {"accept", "reject"}),
        ("type: task\n    if: steps.review.outcome == \"§", {"accept", "reject"}),
        ("type: task\n    title: Hello ${ inputs.§", {"company", "email"}),
        ("type: task\n    title: \"Hello ${ inputs.company | §", {"upper", "default"}),
        ("type: task\n    due: 1 day before ${ §", {"inputs", "steps", "case", "now"}),
        ("type: task\n    timeout: §", {"2 business days", "never"}),
        ("type: task\n    on_timeout: §", {"continue", "stop", "fail"}),
        ("type: task\n    assignee: §", {"sam", "priya"}),
        ("type: task\n    candidate_groups: [§]", {"legal", "client-success"}),
        ("type: task\n    stage: §", {"welcome", "contract"}),
        ("type: form\n    form: §", {"client-welcome", "check-in"}),
        ("type: email\n    template: §", {"welcome"}),
        ("type: form\n    reminders:\n      - { after: 2 days, template: §", {"welcome-reminder"}),
        ("type: form\n    reminders:\n      - { §", {"after", "every", "template"}),
        ("type: §", {"email", "task", "wait"}),
        ("type: subprocess\n    process: §", {"kyc-check"}),
        ("type: subprocess\n    process: kyc-check\n    inputs:\n      §", {"company"}),
        ("type: document\n    template: services-agreement\n    fields:\n      §", {"client", "seats"}),
        ("type: call\n    connection: §", {"crm"}),
        ("type: wait\n    events:\n      - type: webhook\n        connection: crm\n        event: §", {"deal.updated"}),
        ("type: wait\n    events:\n      - type: email\n        mailbox: §", {"support", "replies"}),
        ("type: wait\n    events:\n      - type: email\n        match:\n          §", {"from", "subject"}),
        ("type: form\n    form: client-survey\n    answer_by_reply: §", {"remarks", "question"}),
        ("type: email\n    sender: §", {"surveys"}),
        ("type: email\n    class: §", {"marketing", "transactional"}),
        ("type: email\n    approve: §", {"client-success", "sam"}),
        ("type: email\n    on_suppressed: §", {"continue", "stop", "incident"}),
    ],
)  # fmt: skip
def test_what_may_stand_somewhere_is_proposed(ask: Ask, typed: str, wanted: set[str]) -> None:
    assert wanted <= set(labels(ask("completion", NEW, f"  - id: new\n    {typed}\n{NEW}")))


def test_names_are_proposed_with_their_types_and_why_they_may_be_missing(ask: Ask) -> None:
    found = labels(ask("completion", NEW, f"  - id: new\n    type: task\n    if: steps.welcome.answers.§\n{NEW}"))
    assert found["seats"]["detail"] == "a number"
    assert "may be missing" in found["notes"]["detail"]
    assert "optional" in found["notes"]["documentation"]["value"]


def test_what_runs_later_is_not_proposed_as_if_it_were_there(ask: Ask) -> None:
    found = labels(ask("completion", NEW, f"  - id: new\n    type: task\n    if: steps.§\n{NEW}"))
    assert "welcome" in found
    assert "contract" not in found


def test_a_mail_is_proposed_what_its_sender_knows(ask: Ask) -> None:
    found = labels(
        ask("completion", "Kind regards", "Kind regards ${ inputs.§ }", Path("definitions/emails/welcome.md"))
    )
    assert {"company", "contact"} <= set(found)


# -- hover, definition, outline ---------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "steps.welcome.answers.seats >=",
            "steps.welcome.answers.se§ats >=",
            "`steps.welcome.answers.seats`: a number",
        ),
        ("steps.review.outcome ==", "steps.rev§iew.outcome ==", "task step on line"),
        ("${ inputs.email }", "${ inputs.em§ail }", "`inputs.email`: an email address"),
        ("| default", "| def§ault", "The value, or the fallback"),
        ("    timeout: 20 business", "    time§out: 20 business", "How long at most"),
        ("type: form\n", "type: fo§rm\n", "questionnaire"),
        ("form: client-welcome", "form: client-§welcome", "forms/client-welcome.yaml"),
        ("owner: client-success", "owner: client-§success", "people.yaml"),
    ],
)
def test_pointing_at_something_says_what_it_is(ask: Ask, old: str, new: str, said: str) -> None:
    assert said in ask("hover", old, new)["contents"]["value"]


def test_pointing_at_a_finding_says_why_it_is_one(server: Client, workspace: Path) -> None:
    text = (workspace / PROCESS).read_text().replace("steps.terms.tier", "steps.trems.tier", 1)
    uri = server.open(workspace / PROCESS, text)
    at = server.diagnostics(uri)[0]["range"]["start"]
    assert "E031" in server.at("hover", uri, at["line"], at["character"] + 1)["contents"]["value"]
    server.close(uri)


@pytest.mark.parametrize(
    ("old", "new", "file", "there"),
    [
        ("steps.review.outcome ==", "steps.rev§iew.outcome ==", PROCESS.name, "id: review"),
        ("steps.welcome.answers.seats >=", "steps.welcome.answers.se§ats >=", "client-welcome.yaml", "id: seats"),
        ("to: ${ inputs.email }", "to: ${ inputs.em§ail }", PROCESS.name, "  email:"),
        ("form: client-welcome", "form: client-§welcome", "client-welcome.yaml", "form: client-welcome"),
        ("template: welcome-reminder", "template: welcome-§reminder", "welcome-reminder.md", "---"),
        ("template: services-agreement", "template: services-§agreement", "services-agreement.md", "---"),
        ("owner: client-success", "owner: client-§success", "people.yaml", "client-success"),
        ("connection: crm", "connection: c§rm", "connections.yaml", "crm:"),
        ("event: deal.updated", "event: deal.§updated", "connections.yaml", "deal.updated"),
        ("stage: contract", "stage: con§tract", PROCESS.name, "stages: [welcome, contract"),
        ("process: kyc-check", "process: kyc-§check", "kyc-check.yaml", "language: 1"),
    ],
)
def test_a_name_leads_to_where_it_is_written(ask: Ask, old: str, new: str, file: str, there: str) -> None:
    found = ask("definition", old, new)
    path = Path(found["uri"].removeprefix("file://"))
    assert path.name == file
    assert there in path.read_text().split("\n")[found["range"]["start"]["line"]]


def test_the_outline_has_steps_inside_steps(server: Client, workspace: Path) -> None:
    uri = server.open(workspace / PROCESS)
    found = {s["name"]: s for s in server.request("textDocument/documentSymbol", textDocument={"uri": uri})}
    assert {"company", "deal_won", "welcome", "contract_rounds", "client_withdraws"} <= set(found)
    inner = [s["name"] for s in found["contract_rounds"]["children"]]
    assert inner[:3] == ["contract", "legal", "signature"]
    assert found["contract_rounds"]["detail"] == "repeat: Contract"
    server.close(uri)


# -- changes ----------------------------------------------------------------


def applied(text: str, edits: list[Any]) -> str:
    lines = text.split("\n")
    for change in sorted(edits, key=lambda e: e["range"]["start"]["line"], reverse=True):
        start, end = change["range"]["start"], change["range"]["end"]
        line = lines[start["line"]]
        lines[start["line"]] = line[: start["character"]] + change["newText"] + line[end["character"] :]
    return "\n".join(lines)


def test_a_certain_repair_is_offered_where_its_finding_is(server: Client, workspace: Path) -> None:
    text = (workspace / PROCESS).read_text()
    uri = server.open(workspace / PROCESS, text.replace("steps.terms.tier", "steps.trems.tier", 1))
    (found,) = server.diagnostics(uri)
    asked = {"textDocument": {"uri": uri}, "range": found["range"], "context": {"diagnostics": [found]}}
    (action,) = server.request("textDocument/codeAction", **asked)
    assert (action["title"], action["kind"]) == ("Write `terms` instead of `trems`", "quickfix")
    assert applied(text.replace("steps.terms.tier", "steps.trems.tier", 1), action["edit"]["changes"][uri]) == text
    server.close(uri)


def test_a_step_is_renamed_wherever_its_file_reads_it(server: Client, workspace: Path) -> None:
    text = (workspace / PROCESS).read_text()
    uri = server.open(workspace / PROCESS)
    line = next(n for n, written in enumerate(text.split("\n")) if written.strip() == "- id: review")
    assert server.at("prepareRename", uri, line, 9)["placeholder"] == "review"
    edits = server.at("rename", uri, line, 9, newName="check_answers")["changes"][uri]
    after = applied(text, edits)
    assert "steps.review." not in after
    assert after.count("steps.check_answers.") == text.count("steps.review.")
    server.change(uri, after)
    assert server.diagnostics(uri) == []
    with pytest.raises(AssertionError, match="there is a step `welcome` already"):
        server.at("rename", uri, line, 9, newName="welcome")
    server.close(uri)
