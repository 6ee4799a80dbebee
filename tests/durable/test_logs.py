"""The log of a worker, and nothing else, has what there is to tell."""

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import worker
from engine.workspace import create
from tests.durable.firm import environment
from tests.faults.lines import Line
from workflows.telling import Lull


async def test_what_temporals_own_library_tells_is_a_line_of_the_log(tmp_path: Path, temporal: str) -> None:
    create(tmp_path / "workspace")
    line = Line(int(temporal.rpartition(":")[2]))
    await line.start()
    known = environment(f"127.0.0.1:{line.port}", 9, "http://127.0.0.1:9")
    working = await asyncio.create_subprocess_exec(
        sys.executable,
        worker.__file__,
        cwd=tmp_path / "workspace",
        env={**os.environ, **known, "BATON_LOG_FORMAT": "json"},
        stdout=PIPE,
        stderr=PIPE,
    )
    assert working.stdout is not None
    assert working.stderr is not None
    try:
        async with asyncio.timeout(30):
            assert await working.stdout.readline() == b"worker: ready\n"
            line.cut()
            async for told in working.stderr:
                if json.loads(told)["logger"].startswith("temporalio"):
                    break
    finally:
        working.kill()
        await working.wait()
        await line.stop()
    assert await working.stdout.read() == b""


def test_a_server_that_is_away_for_days_fills_no_disk() -> None:
    retried, other = (
        logging.makeLogRecord({"msg": f"[sdk_core::{words}"})
        for words in ("temporalio_client::retry] gRPC call poll retried 9 times", "worker] gone")
    )
    lull = Lull()
    assert [lull.filter(one) for one in (retried, retried, other, retried)] == [True, False, True, False]
