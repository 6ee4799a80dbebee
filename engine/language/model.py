"""What everything that is written in YAML has in common: the model it becomes, and the types of its values."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of everything that is written in YAML: frozen, and every unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


ValueType = Literal[
    "text", "long_text", "number", "money", "boolean", "date", "datetime", "email", "phone", "url",
    "choice", "multi_choice", "file", "user", "group", "list", "table",
]  # fmt: skip


ItemType = Literal["text", "number", "money", "date", "datetime", "email", "phone", "url", "user", "group"]
