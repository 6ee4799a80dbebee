"""The desk: everything that people and outside systems may ask for. It writes the database, nothing else."""

from engine.desk.answers import (
    BadInputs,
    DeskError,
    FileContent,
    Findings,
    FormPage,
    LinkView,
    NotAllowed,
    NotOpen,
    NotThere,
    Part,
    Published,
    Receipt,
    Refusal,
    Started,
    Upload,
)

__all__ = [
    "BadInputs",
    "DeskError",
    "FileContent",
    "Findings",
    "FormPage",
    "LinkView",
    "NotAllowed",
    "NotOpen",
    "NotThere",
    "Part",
    "Published",
    "Receipt",
    "Refusal",
    "Started",
    "Upload",
]
