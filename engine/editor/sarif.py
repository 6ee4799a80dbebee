"""Findings as SARIF 2.1.0, the format that code hosting and review tools read."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from engine.language.explain import Page, pages
from engine.language.problems import Fix, Problem

Json = dict[str, Any]
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"  # files are named from where the command ran, usually the root of a repository


def sarif(problems: Sequence[Problem], version: str) -> str:
    """One run. Every code is a rule; a finding keeps its fingerprint when lines above it come and go."""
    codes = list(pages())
    driver = {"name": "Baton", "semanticVersion": version, "rules": [_rule(page) for page in pages().values()]}
    seen: Counter[str] = Counter()
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes, seen) for problem in problems],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(page: Page) -> Json:
    why = " ".join(page.why.split())
    example = f"Wrong:\n\n```yaml\n{page.wrong}```\n\nRight:\n\n```yaml\n{page.right}```"
    return {
        "id": page.code,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": why},
        "help": {"text": f"{why} `baton explain {page.code}` has an example.", "markdown": f"{why}\n\n{example}"},
        "defaultConfiguration": {"level": "error" if page.code.startswith("E") else "warning"},
    }


def _result(problem: Problem, codes: list[str], seen: Counter[str]) -> Json:
    parts = [problem.message, *(f"{word}: {text}" for word, text in _more(problem) if text)]
    found: Json = {
        "ruleId": problem.code,
        "level": problem.severity,
        "message": {"text": "\n".join(parts)},
        "locations": [{"physicalLocation": {"artifactLocation": _file(problem), "region": _region(problem)}}],
        "partialFingerprints": {"finding/v1": _fingerprint(problem, seen)},
    }
    if problem.code in codes:
        found["ruleIndex"] = codes.index(problem.code)
    return found | ({"fixes": [_fix(problem, problem.fix)]} if problem.fix else {})


def _more(problem: Problem) -> tuple[tuple[str, str], ...]:
    return (("Note", problem.note), ("Help", problem.help))


def _file(problem: Problem) -> Json:
    path = PurePath(problem.file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": ROOT}


def _region(problem: Problem) -> Json:
    span = _span(problem.line, problem.column, problem.length)
    return span | ({"snippet": {"text": problem.source_line}} if problem.source_line else {})


def _span(line: int, column: int, length: int) -> Json:
    return {"startLine": line, "startColumn": column, "endLine": line, "endColumn": column + length}


def _fix(problem: Problem, fix: Fix) -> Json:
    replacement = {"deletedRegion": _span(fix.line, fix.column, fix.length), "insertedContent": {"text": fix.text}}
    change = {"artifactLocation": _file(problem), "replacements": [replacement]}
    return {"description": {"text": problem.help or "repair it"}, "artifactChanges": [change]}


def _fingerprint(problem: Problem, seen: Counter[str]) -> str:
    """Without the line's number; the same finding on two equal lines is told apart by counting."""
    text = "\0".join((problem.code, problem.file, problem.message, problem.source_line.strip()))
    seen[text] += 1
    return hashlib.sha256(f"{text}\0{seen[text]}".encode()).hexdigest()
