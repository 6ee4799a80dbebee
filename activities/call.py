"""`call`: one HTTP request through a named connection; the answer is `steps.x.result`."""

from typing import Annotated

from pydantic import Field

from engine.language.fields import Reference, ValuesField
from engine.runtime.step import Step


class CallStep(Step):
    connection: Annotated[str, Reference("connections")]
    operation: str
    inputs: ValuesField = Field(default_factory=dict)
