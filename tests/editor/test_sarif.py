"""SARIF as code hosting reads it. (The whole of the official schema, 110 KB, is not in this repository.)"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from activities import STEP_TYPES
from engine.editor.sarif import sarif
from engine.language.compiler import check_file
from engine.language.explain import pages
from engine.language.problems import Problem
from tests.cli.conftest import Baton
from tests.language.golden import pairs


def closed(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def several(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1}


STRING, NUMBER = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["error", "warning"]}
TEXT = closed("text", text=STRING)
FILE = closed("uri", uri={**STRING, "format": "uri-reference"}, uriBaseId=STRING)
REGION = closed(
    "startLine", "startColumn", startLine=NUMBER, startColumn=NUMBER, endLine=NUMBER, endColumn=NUMBER, snippet=TEXT
)
REPLACEMENT = closed("deletedRegion", deletedRegion=REGION, insertedContent=closed("text", text={"type": "string"}))
CHANGE = closed("artifactLocation", "replacements", artifactLocation=FILE, replacements=several(REPLACEMENT))
RESULT = closed(
    "ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints",
    ruleId=STRING, ruleIndex={"type": "integer", "minimum": 0}, level=LEVEL, message=TEXT,
    locations=several(closed(physicalLocation=closed(artifactLocation=FILE, region=REGION))),
    partialFingerprints={"type": "object", "additionalProperties": STRING},
    fixes=several(closed("artifactChanges", description=TEXT, artifactChanges=several(CHANGE))),
)  # fmt: skip
RULE = closed(
    "id", id=STRING, shortDescription=TEXT, fullDescription=TEXT, help=closed("text", text=STRING, markdown=STRING),
    defaultConfiguration=closed(level=LEVEL),
)  # fmt: skip
DRIVER = closed("name", name=STRING, semanticVersion=STRING, rules=several(RULE))
RUN = closed(
    "tool", "results", tool=closed("driver", driver=DRIVER), columnKind={"enum": ["unicodeCodePoints"]},
    results={"type": "array", "items": RESULT},
)  # fmt: skip
LOG = closed("version", "runs", **{"$schema": STRING, "version": {"const": "2.1.0"}, "runs": several(RUN)})


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    return [p for path in pairs() if path.is_file() for p in check_file(path, STEP_TYPES)]


def results(problems: list[Problem]) -> list[Any]:
    return list(json.loads(sarif(problems, "1.0.0"))["runs"][0]["results"])


def test_every_finding_has_the_form_of_the_standard(problems: list[Problem]) -> None:
    written = json.loads(sarif(problems, "1.0.0"))
    jsonschema.Draft7Validator(LOG, format_checker=jsonschema.FormatChecker()).validate(written)
    assert len(written["runs"][0]["results"]) == len(problems)


def test_every_code_is_a_rule_with_its_page(problems: list[Problem]) -> None:
    rules = json.loads(sarif(problems, "1.0.0"))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(pages())
    assert all(rules[found["ruleIndex"]]["id"] == found["ruleId"] for found in results(problems))


def test_every_finding_is_told_from_all_others(problems: list[Problem]) -> None:
    prints = [found["partialFingerprints"]["finding/v1"] for found in results(problems)]
    assert len(set(prints)) == len(problems)


def test_a_finding_is_the_same_when_lines_come_above_it(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    file = tmp_path / "p" / "t.yaml"
    text = "language: 1\nprocess: t\ntitle: T\nsteps:\n  - {id: a, type: stop, outcome: x, colour: red}\n"
    prints = []
    for more in ("", "# one more line\n"):
        file.write_text(more + text)
        (found,) = results(list(check_file(file, STEP_TYPES)))
        prints.append(found["partialFingerprints"])
    assert prints[0] == prints[1]


def test_files_are_named_from_here_so_that_a_repository_finds_them(
    baton: Baton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    baton("init", str(tmp_path / "shop"))
    monkeypatch.chdir(tmp_path / "shop")
    (tmp_path / "shop" / "definitions" / "forms" / "my form.yaml").write_text(
        "form: my form\ntitle: T\nfields: []\na: 1\n"
    )
    done = baton("check", "definitions/forms/my form.yaml", "--format", "sarif")
    uris = {f["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for f in done.json["runs"][0]["results"]}
    assert (done.code, uris) == (1, {"definitions/forms/my%20form.yaml"})


def test_the_formats_say_the_same(baton: Baton, tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text("language: 1\nprocess: t\ntitle: T\n")
    assert baton("check", str(file), "--json").json == baton("check", str(file), "--format", "json").json
    assert "error[E021]" in baton("check", str(file), "--format", "text").out
