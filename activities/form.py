"""`form`: sends a questionnaire and waits for the answers."""

from typing import Annotated

from engine.language.fields import EmailField, Reference
from engine.runtime.waiting import WaitingStep


class FormStep(WaitingStep):
    form: Annotated[str, Reference("forms")]
    to: EmailField
