"""The schemas do in a real editor's server what they are made for: accept, refuse, complete, explain."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from activities import STEP_TYPES
from cli.schema import write_schemas
from engine.editor.schema import files, schema
from engine.language.shapes import keys
from engine.workspace import create
from tests.editor.client import Client, editor

TOP = "language: 1\nprocess: t\ntitle: T\nsteps:\n"
SHIPPED = sorted(p.relative_to("definitions") for p in Path("definitions").rglob("*.yaml") if p.name != "baton.yaml")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schemas") / "northwind"
    create(folder)
    write_schemas(folder)
    return folder


@pytest.fixture(scope="module")
def server(workspace: Path, yaml_language_server: list[str]) -> Iterator[Client]:
    """As VS Code starts it, with the settings that `baton init` wrote."""
    written = json.loads((workspace / ".vscode" / "settings.json").read_text())["yaml.schemas"]
    schemas = {(workspace / file).resolve().as_uri(): where for file, where in written.items()}
    yaml = {"schemas": schemas, "completion": True, "hover": True, "validate": True, "schemaStore": {"enable": False}}
    with editor(yaml_language_server, workspace, {"yaml": yaml}) as client:
        yield client


def findings(server: Client, workspace: Path, text: str) -> list[tuple[int, str]]:
    """Line from 0, and what is said there."""
    uri = server.open(workspace / "definitions" / "processes" / "t.yaml", text)
    found = server.diagnostics(uri, quiet=0.5)
    server.close(uri)
    return [(d["range"]["start"]["line"], d["message"]) for d in found]


def proposals(server: Client, workspace: Path, text: str) -> dict[str, Any]:
    """What is proposed at the `|` of a text, by label."""
    before, after = text.split("|")
    uri = server.open(workspace / "definitions" / "processes" / "t.yaml", before + after)
    line = before.count("\n")
    answer = server.at("completion", uri, line, len(before) - before.rfind("\n") - 1)
    server.close(uri)
    return {item["label"]: item for item in answer["items"]}


@pytest.mark.parametrize("kind", files())
def test_every_schema_is_draft_7(kind: str) -> None:
    jsonschema.Draft7Validator.check_schema(schema(kind, STEP_TYPES))


@pytest.mark.parametrize("file", SHIPPED, ids=str)
def test_shipped_definitions_have_nothing_to_say(server: Client, workspace: Path, file: Path) -> None:
    uri = server.open(workspace / "definitions" / file)
    assert server.diagnostics(uri, quiet=0.5) == []


@pytest.mark.parametrize(
    ("steps", "line", "said"),
    [
        ("  - id: a\n    type: email\n    too: x\n", 6, "Property too is not allowed"),
        ("  - id: a\n    type: email\n", 4, 'Missing property "to"'),
        ("  - id: a\n    type: emial\n", 5, 'Valid values: "email"'),
        ("  - id: a\n    outcome: x\n", 4, 'Missing property "type"'),
        ("  - id: A b\n    type: stop\n    outcome: x\n", 4, "does not match the pattern"),
        ("  - id: a\n    type: wait\n    on_timeout: continu\n", 6, '"continue", "stop", "fail"'),
        ("  - id: a\n    type: task\n    title: [a]\n", 6, "Incorrect type"),
        ("  - id: a\n    type: task\n    title: a\n    retry: {max_attempts: 1000}\n", 7, "maximum of 100"),
        ("  - id: a\n    type: repeat\n    max_times: x\n    until: true\n    steps: []\n", 6, '"integer"'),
    ],
)
def test_a_mistake_is_shown_on_its_line(server: Client, workspace: Path, steps: str, line: int, said: str) -> None:
    assert [n for n, message in findings(server, workspace, TOP + steps) if said in message] == [line]


def test_a_mistake_in_a_step_says_nothing_about_other_types(server: Client, workspace: Path) -> None:
    assert len(findings(server, workspace, TOP + "  - id: a\n    type: email\n    to: x\n    too: x\n")) == 1


def test_the_keys_of_a_process_are_proposed_with_what_they_are(server: Client, workspace: Path) -> None:
    found = proposals(server, workspace, "language: 1\n|")
    assert {"process", "title", "owner", "calendar", "inputs", "triggers", "steps", "handlers"} <= set(found)
    assert "incidents" in str(found["owner"]["documentation"])


@pytest.mark.parametrize("name", STEP_TYPES)
def test_a_step_is_proposed_the_keys_of_its_type_and_no_others(server: Client, workspace: Path, name: str) -> None:
    found = proposals(server, workspace, f"{TOP}  - id: a\n    type: {name}\n    |")
    own = set(keys(STEP_TYPES[name])) - {"id", "type"}
    proposed = {label for label, item in found.items() if item["kind"] == 10 and "documentation" in item}
    assert proposed == own


def test_step_types_are_proposed_with_what_they_do(server: Client, workspace: Path) -> None:
    found = proposals(server, workspace, f"{TOP}  - id: a\n    type: |")
    assert set(found) == set(STEP_TYPES)
    assert "questionnaire" in str(found["form"]["documentation"])


def test_words_and_time_phrases_are_proposed(server: Client, workspace: Path) -> None:
    step = f"{TOP}  - id: a\n    type: wait\n"
    assert {"continue", "stop", "fail"} <= set(proposals(server, workspace, step + "    on_timeout: |"))
    assert {"2 business days", "never"} <= set(proposals(server, workspace, step + "    timeout: |"))


def test_a_whole_step_is_proposed_as_a_snippet(server: Client, workspace: Path) -> None:
    found = proposals(server, workspace, TOP + "  |")["email step"]
    assert found["textEdit"]["newText"].startswith("- id: ${1:email_step}\n")
    assert "to: ${2:\\${ inputs.email \\}}" in found["textEdit"]["newText"]


def test_a_key_tells_what_it_is_when_pointed_at(server: Client, workspace: Path) -> None:
    text = TOP + "  - id: a\n    type: email\n    to: x\n    template: welcome\n"
    uri = server.open(workspace / "definitions" / "processes" / "t.yaml", text)
    said = server.at("hover", uri, 7, 6)["contents"]["value"]
    server.close(uri)
    assert "A file of `emails/`" in said
