"""`document`: renders a template with fields to PDF; the result is `steps.x.file`."""

from typing import Annotated

from pydantic import Field

from engine.language.fields import Reference, ValuesField
from engine.runtime.step import Step


class DocumentStep(Step):
    template: Annotated[str, Reference("documents")]
    fields: ValuesField = Field(default_factory=dict)
