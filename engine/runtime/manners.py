"""How a message goes out, in plain sentences."""

from dataclasses import dataclass
from typing import Protocol

from engine.language import wording


class Manner(Protocol):
    """What a step or its `send` says about how its message goes out."""

    @property
    def class_(self) -> str | None: ...
    @property
    def sender(self) -> str | None: ...
    @property
    def approve(self) -> str | None: ...
    @property
    def hours(self) -> str | None: ...


@dataclass(frozen=True)
class Usual:
    """What a template says of every message that is made from it."""

    class_: str | None = None
    sender: str | None = None
    approve: str | None = None
    hours: str | None = None


_CLASSES = {
    "transactional": "It is owed to the reader: neither unsubscribing nor a limit holds it back.",
    "marketing": "It is marketing: whoever wants none does not get it, and every mail says how to unsubscribe.",
}


def told(message: Manner | None) -> tuple[str, ...]:
    """A sentence for everything that is not as usual."""
    if message is None:
        return ()
    found = (
        f"It goes out only when {wording.person(message.approve)} has read it and agrees." if message.approve else "",
        "It goes out while the office is open." if message.hours else "",
        _CLASSES.get(message.class_ or "", ""),
        f"It is sent from the account “{wording.words(message.sender)}”." if message.sender else "",
    )
    return tuple(filter(None, found))
