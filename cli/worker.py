"""`baton worker`."""

import asyncio
import signal
from functools import partial
from pathlib import Path

import uvloop
from sqlalchemy.exc import OperationalError

from cli.lazy import WORKER, load
from cli.office import no_database
from cli.options import Workspace, group
from cli.part import Parent, ReadyFile, begin, say_ready
from cli.place import settings_of
from cli.problem import UserProblem
from engine.settings import Settings, SettingsError
from engine.store.migration import TooNewError

app = group()


@app.command(epilog="Example: TEMPORAL_ADDRESS=temporal.example.com:7233 baton worker")
def worker(workspace: Workspace = None, parent: Parent = 0, ready_file: ReadyFile = None) -> None:
    """Run only the worker, against any Temporal server, until Ctrl-C or SIGTERM."""
    settings = settings_of(workspace)
    begin(parent, settings.log_format)
    try:
        uvloop.run(_until_signalled(settings, ready_file))
    except SettingsError as problem:
        raise UserProblem("; ".join(problem.problems)) from problem
    except (OperationalError, TooNewError) as problem:
        raise no_database(problem) from problem
    except ConnectionError as problem:
        raise UserProblem(f"{problem}. Start it, or name another one: temporal.address in baton.yaml") from problem


async def _until_signalled(settings: Settings, ready_file: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await load(WORKER).serve(settings, stop, ready=partial(say_ready, "the worker", ready_file))
