"""The plan: a compiled process with everything it needs, as frozen data with a digest."""

from dataclasses import dataclass

from engine.language.process import Process
from engine.language.resources import Calendar, Resources

FORMAT = 1


@dataclass(frozen=True)
class Plan:
    """What a case runs. `digest` is the sha256 of its JSON form (see `compiler`)."""

    process: Process
    resources: Resources
    digest: str
    format: int = FORMAT

    @property
    def calendar(self) -> Calendar | None:
        """The process's own calendar."""
        return self.resources.calendars.get(self.process.calendar or "")
