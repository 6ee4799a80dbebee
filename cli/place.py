"""The workspace that a command works in, and its settings."""

import os
from pathlib import Path

from cli.problem import UserProblem
from engine.settings import Settings, SettingsError
from engine.workspace import find


def settings_of(workspace: Path | None) -> Settings:
    """The settings of the workspace that was named, or that we are in."""
    try:
        return Settings.load(find(workspace or Path.cwd()), os.environ)
    except SettingsError as problem:
        raise UserProblem("the settings are wrong:\n  " + "\n  ".join(problem.problems)) from problem
