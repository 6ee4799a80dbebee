"""`stop`: ends the case with an outcome."""

from engine.language.fields import IdField
from engine.runtime.step import Step


class StopStep(Step):
    outcome: IdField
