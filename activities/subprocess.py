"""`subprocess`: starts a case of another process and, unless told not to, waits for its end."""

from typing import Annotated

from pydantic import Field

from engine.language.fields import Reference, ValuesField
from engine.runtime.waiting import WaitingStep


class SubprocessStep(WaitingStep):
    process: Annotated[str, Reference("processes")]
    inputs: ValuesField = Field(default_factory=dict)
    wait: bool = True
