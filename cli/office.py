"""The desk for commands: opened on the workspace's database, its refusals as the user's problems."""

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from activities import STEP_TYPES
from cli.lock import runs
from cli.place import settings_of
from cli.problem import UserProblem
from cli.unanswered import way_out
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
    except (OperationalError, InterfaceError) as problem:
        raise _away(problem) from problem
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
    said = _said(problem)
    return UserProblem(f"the database cannot be opened: {said}. {way_out(said) or 'See database.url in baton.yaml'}")


def _away(problem: DBAPIError) -> UserProblem:
    """What to say of one that was open, and does not answer now. Raises the problem where the question is wrong."""
    said = _said(problem)
    way = way_out(said)
    if not way and isinstance(problem.orig, sqlite3.Error):
        raise problem
    return UserProblem(f"the database does not answer: {said}. {way or 'Try again in a moment'}")


def _said(problem: Exception) -> str:
    return str(problem.orig if isinstance(problem, DBAPIError) else problem).splitlines()[0]


async def _asked(desk: Desk, question: Callable[[Desk], Awaitable[T]]) -> T:
    return await question(desk)
