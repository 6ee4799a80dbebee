"""The workspace that a command works in, and its settings."""

import os
from pathlib import Path

from cli.lock import running
from cli.problem import UserProblem
from engine.settings import Settings, SettingsError
from engine.workspace import find, kept


def settings_of(workspace: Path | None) -> Settings:
    """The settings of the workspace that was named, or that we are in."""
    try:
        folder = find(workspace or Path.cwd())
        return Settings.load(folder, {**_port_of_web(folder), **os.environ})
    except SettingsError as problem:
        raise UserProblem("the settings are wrong:\n  " + "\n  ".join(problem.problems)) from problem


def _port_of_web(folder: Path) -> dict[str, str]:
    """The port that a running `baton up --port` has: links that are shown here lead there."""
    there = running(kept(folder))
    return {"BATON_WEB_PORT": str(there.port)} if there and there.port else {}
