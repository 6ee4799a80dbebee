"""What is around a process that is simulated: the other definitions, and what the workspace says of itself."""

import os
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from activities import STEP_TYPES
from cli.problem import UserProblem
from engine.gateways.rendering import Brand
from engine.language.library import definitions_around, workspace_definitions
from engine.language.problems import errors, render
from engine.preview.dossier import Sender
from engine.scenarios.suite import Chosen, Suite
from engine.settings import Settings, SettingsError
from engine.workspace import FILE, find


@dataclass(frozen=True)
class Scenery:
    """`settings` are None for files outside of a workspace."""

    suite: Suite
    settings: Settings | None

    @classmethod
    def of(cls, definition: str, workspace: Path | None) -> "Scenery":
        """Around a process that is named by its id or by its file."""
        if definition.endswith((".yaml", ".yml")):
            return cls.around(Path(definition))
        return cls._in(workspace_definitions(find(workspace or Path.cwd())))

    @classmethod
    def around(cls, file: Path) -> "Scenery":
        if not file.is_file():
            raise UserProblem(f"there is no file {file}")
        return cls._in(definitions_around(file))

    @classmethod
    def _in(cls, folder: Path) -> "Scenery":
        place = next((p for p in (folder, folder.parent) if (p / FILE).is_file()), None)
        if place is None:
            return cls(Suite(folder, STEP_TYPES), None)
        try:
            settings = Settings.load(place, os.environ)
        except SettingsError as problem:
            raise UserProblem(str(problem)) from problem
        return cls(Suite(folder, STEP_TYPES, settings.currency, ZoneInfo(settings.time_zone)), settings)

    def sender(self) -> Sender:
        """Whom the mails come from."""
        if self.settings is None:
            return Sender(Brand("Your company"))
        return Sender(Brand(self.settings.name), self.settings.mail.sender, self.settings.base_url)

    def tests(self, script: Path, words: str) -> Chosen:
        """The tests of a file with these words in their titles. Raises UserProblem where there are none."""
        file = script.resolve()
        problems = self.suite.problems([file])
        if errors(problems):
            raise UserProblem(f"it has mistakes, which come first:\n\n{render(problems)}")
        chosen = self.suite.chosen(file, words)
        if chosen is None or not chosen.tests:
            raise UserProblem(f"no test of {script} has these words in its title: {words}")
        return chosen
