"""`email`: one message from a template, or from subject and body."""

from typing import Annotated, Literal

from pydantic import Field

from engine.language.fields import EmailField, FileField, Reference, TextField
from engine.runtime.step import Step


class EmailStep(Step):
    to: EmailField
    cc: tuple[EmailField, ...] = ()
    reply_to: EmailField | None = None
    template: Annotated[str, Reference("emails")] | None = None
    subject: TextField | None = None
    body: TextField | None = None
    attachments: tuple[FileField, ...] = ()
    class_: Literal["transactional", "process", "marketing"] = Field("process", alias="class")
