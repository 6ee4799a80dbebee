"""What editors show about a key or a step type: the same sentences as the reference."""

import inspect
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from engine.editor import sentences, words
from engine.language.model import Model
from engine.language.shapes import keys

_NAME = re.compile(r"^`\w+`: ")
_LINK = re.compile(r"\[([^\]]+)\]\(#[^)]*\)")


@dataclass(frozen=True)
class About:
    """A key of a model: what it is, what may stand there, and what holds where it is not written."""

    key: str
    sentence: str
    value: str
    default: str

    @property
    def text(self) -> str:
        """One paragraph of Markdown, and one for the value."""
        facts = {"": "", "required": "; required"}.get(self.default, f"; {self.default} if not said")
        return "\n\n".join(part for part in (self.sentence, f"*{self.value}{facts}*") if part)


@cache
def keys_of(model: type[Model]) -> dict[str, About]:
    """YAML key -> what it is, in the order of the model."""
    said, hints = sentences.of_fields(model), _hints(model)
    return {
        key: About(
            key,
            said.get(found.name, ""),
            _plain(words.words(hints[found.name])),
            words.default(model.model_fields[found.name]),
        )
        for key, found in keys(model).items()
    }


def _hints(model: type[Model]) -> dict[str, Any]:
    return get_type_hints(model, include_extras=True)


def _plain(value: str) -> str:
    """Without links, which lead nowhere outside the reference."""
    return _LINK.sub(r"\1", value)


@cache
def model_text(model: type[Model]) -> str:
    """What a file, a step type or a part of one is."""
    return _NAME.sub("", sentences.of_model(model)).replace("\n", " ").replace("  ", "\n\n")


def summary(model: type[Model]) -> str:
    """A step type in one sentence."""
    text = _NAME.sub("", inspect.getdoc(inspect.getmodule(model)) or "").split("\n\n")[0].replace("\n", " ")
    return text[:1].upper() + text[1:]
