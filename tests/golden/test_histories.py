"""The loop replays every history that it ever wrote; what a turn means is not part of the loop."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.golden.changed_loop import CaseWithOneMore
from tests.golden.record import HISTORIES, read
from workflows.process import Case

GOLDEN = sorted(HISTORIES.glob("*.json.gz"))


def history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.name, read(path))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda f: f.name.removesuffix(".json.gz"))
async def test_a_recorded_history_replays(golden: Path) -> None:
    await Replayer(workflows=[Case]).replay_workflow(history(golden))


@pytest.mark.parametrize("golden", GOLDEN[:1], ids=lambda f: f.name.removesuffix(".json.gz"))
async def test_a_loop_with_one_activity_more_is_found_out(golden: Path) -> None:
    with pytest.raises(workflow.NondeterminismError):
        await Replayer(workflows=[CaseWithOneMore]).replay_workflow(history(golden))


REPLAY_WITHOUT_INTERPRETER = """
import asyncio, sys
for gone in ("engine.runtime.interpreter", "engine.runtime.turn", "engine.language.evaluator", "activities"):
    sys.modules[gone] = None
from pathlib import Path
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from workflows.process import Case
import gzip
from engine.leaving import leave
async def main():
    for path in sys.argv[1:]:
        text = gzip.decompress(Path(path).read_bytes()).decode()
        await Replayer(workflows=[Case]).replay_workflow(WorkflowHistory.from_json(path, text))
asyncio.run(main())
leave(0)
"""


async def test_a_changed_interpreter_breaks_no_replay() -> None:
    """Not even one that is gone altogether."""
    command = [sys.executable, "-c", REPLAY_WITHOUT_INTERPRETER, *map(str, GOLDEN)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=HISTORIES.parents[2])
    assert done.returncode == 0, done.stderr


EVERYTHING = {
    "EVENT_TYPE_TIMER_FIRED": "timer",
    "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED": "late",
    "EVENT_TYPE_ACTIVITY_TASK_COMPLETED": "pending",
    "EVENT_TYPE_ACTIVITY_TASK_FAILED": "gave-up",
    "EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED": "stopped",
    "EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW": "renew-first",
    "EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED": "cancelled",
}


@pytest.mark.parametrize(("event", "name"), EVERYTHING.items(), ids=EVERYTHING.values())
def test_there_is_a_golden_history_of_everything_that_the_loop_does(event: str, name: str) -> None:
    assert event in read(HISTORIES / f"0.2-{name}.json.gz")


def test_there_are_golden_histories_of_every_path() -> None:
    assert {f.name.removesuffix(".json.gz").partition("-")[2] for f in GOLDEN} >= {
        "happy",
        "silent",
        "withdraws",
        "parent",
        "child",
        "failing",
        "migration-before",
        "migration-after",
        "migration-under-way",
    }
