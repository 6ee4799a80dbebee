"""Small processes for one sentence each, compiled beside the shipped definitions and run in the simulator."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from activities import STEP_TYPES
from engine.language.compiler import compile_process
from engine.language.plan import Plan
from engine.language.resources import Absence
from engine.runtime.simulator import Responder, Simulation, pretend
from engine.workspace import create
from tests.runtime.onboarding import START

HEAD = """\
language: 1
process: small
title: Small
calendar: uk-office
owner: client-success
inputs:
  email: { type: email }
"""

FILES = {
    "emails/hello.md": "---\nsubject: Hello\n---\nHello.\n",
    "emails/again.md": "---\nsubject: Hello again\n---\nHello again.\n",
    "calendars/plain.yaml": "calendar: plain\ntime_zone: Europe/London\n",
    "documents/paper.md": "---\ntitle: Paper\nfields: [client]\n---\n"
    'For {% if client == "Acme" %}our dear {% endif %}${ client }.\n',
}


def small(body: str) -> Plan:
    """A process with this body and one input, `email`."""
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch) / "workspace"
        create(workspace)
        for name, text in FILES.items():
            (workspace / "definitions" / name).write_text(text)
        (workspace / "definitions" / "processes" / "small.yaml").write_text(HEAD + body)
        compiled = compile_process(workspace, "small", STEP_TYPES)
    assert compiled.plan, compiled.problems
    return compiled.plan


def begin(
    body: str, at: datetime = START, respond: Responder = pretend, away: tuple[Absence, ...] = (), **inputs: Any
) -> Simulation:
    plan = small(body)
    people = plan.resources.people.model_copy(update={"absences": away})
    return Simulation.of(plan, {"email": "ann@acme.test", **inputs}, at, respond, people)


def said(case: Simulation) -> list[str]:
    """The sentences of the timeline."""
    return [entry.text for entry in case.timeline]


def waiting(case: Simulation) -> list[str]:
    """The ids of the steps that the case waits at."""
    return [wait.step for wait in case.turned.view.waits]
