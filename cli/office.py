"""The desk for commands: opened on the workspace's database, its refusals as the user's problems."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from activities import STEP_TYPES
from cli.lock import runs
from cli.place import settings_of
from cli.problem import UserProblem
from engine.desk import BadInputs, DeskError, Findings
from engine.desk.desk import Desk
from engine.language.problems import render
from engine.settings import Settings
from engine.store.migration import TooNewError
from engine.store.store import Store

T = TypeVar("T")


def ask(workspace: Path | None, question: Callable[[Desk], Awaitable[T]]) -> T:
    """Put one question to the desk of a workspace. Raises UserProblem for whatever it refuses."""
    return ask_with(settings_of(workspace), question)


def set_going(workspace: Path | None, question: Callable[[Desk], Awaitable[T]]) -> T:
    """`ask` for what a worker does afterwards; says so where it is certain that none runs."""
    settings = settings_of(workspace)
    answer = ask_with(settings, question)
    if settings.brings_temporal and not runs(settings.kept):
        note = f"baton: nothing is running in {settings.workspace}, so this goes on when `baton up` runs there"
        print(note, file=sys.stderr)
    return answer


def ask_with(settings: Settings, question: Callable[[Desk], Awaitable[T]]) -> T:
    """`ask`, where the settings are known."""
    store = open_store(settings)
    try:
        return asyncio.run(_asked(Desk(settings, store, STEP_TYPES), question))
    except Findings as problem:
        raise UserProblem(f"it cannot be published: {problem}\n\n{render(problem.problems)}") from problem
    except BadInputs as problem:
        raise UserProblem("some values are missing or wrong:", problem.problems) from problem
    except DeskError as problem:
        raise UserProblem(str(problem)) from problem
    finally:
        store.close()


def open_store(settings: Settings) -> Store:
    """The workspace's database, brought up to date."""
    try:
        settings.kept.chmod(0o700)  # what is in there belongs to clients
    except PermissionError as problem:
        do = "run it as the one who ran `baton up`, or give the folder to yourself: chown -R"
        raise UserProblem(f"{settings.kept} belongs to somebody else: {do} $USER {settings.kept}") from problem
    try:
        store = Store.open(settings.database_url)
        store.migrate()
    except (OperationalError, TooNewError, ValueError) as problem:
        raise no_database(problem) from problem
    return store


def no_database(problem: Exception) -> UserProblem:
    """What to say of a database that does not open."""
    said = str(problem.orig if isinstance(problem, OperationalError) else problem).splitlines()
    return UserProblem(f"the database cannot be opened: {said[0]}. {_what_to_do(said[0])}")


def _what_to_do(said: str) -> str:
    if "not a database" in said or "malformed" in said:
        return "Restore the last backup; database.url in baton.yaml says where the file is"
    if "readonly" in said or "unable to open" in said:
        return "Whoever runs Baton must be able to write the file and its folder: database.url in baton.yaml"
    return "See database.url in baton.yaml"


async def _asked(desk: Desk, question: Callable[[Desk], Awaitable[T]]) -> T:
    return await question(desk)
