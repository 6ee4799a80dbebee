"""Processes that tell each other of everything are checked like any others."""

from pathlib import Path

from activities import STEP_TYPES
from engine.language.compiler import check_file

PROCESS = """\
language: 1
process: p{n}
title: Number {n}
triggers: [{{ id: told, type: event, event: e{n}, inputs: {{ a: "${{ event.a }}" }} }}]
inputs: {{ a: {{ type: text }} }}
steps:
  - id: hear
    type: wait
    events: [{heard}]
    timeout: never
{told}"""


def test_a_dozen_processes_that_all_listen_to_each_other(tmp_path: Path) -> None:
    many = range(12)
    for n in many:
        heard = ", ".join(f"{{ id: h{m}, type: event, event: e{m} }}" for m in many if m != n)
        told = "".join(f'  - {{ id: t{m}, type: emit, event: e{m}, data: {{ a: "${{ inputs.a }}" }} }}\n' for m in many)
        (tmp_path / f"p{n}.yaml").write_text(PROCESS.format(n=n, heard=heard, told=told))
    found = check_file(tmp_path / "p0.yaml", STEP_TYPES)
    assert [p.message for p in found if p.severity == "error"] == [
        "step `t0` emits the event that starts this same process"
    ]
