"""The phases of an SMTP conversation, and what a failure in each of them means.

Only the phase can tell: the same broken connection means "nothing happened"
before DATA and "nobody knows" after it.

| phase          | drop, reset, hang | 4xx      | 5xx      |
|----------------|-------------------|----------|----------|
| connect, hello | Deferred          | Deferred | Deferred |
| sender, recipient | Deferred       | Deferred | Refused  |
| data, body, reply | Unconfirmed    | Deferred | Refused  |

A 5xx before an address was named is the server's trouble (or a wrong password),
not the message's: it is tried again while somebody repairs it. Such a Deferred is
a NoServer, whatever the message is.
"""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Protocol

from engine.gateways.mail.message import Mail
from engine.gateways.outcome import Deferred, Refused, Unconfirmed

BeforeData = Callable[[], Awaitable[None]]

_ASKS_FOR_US = (530, 534, 535, 538)  # sign in first, with more than that, or encrypted
_CLOSES = 421


class NoServer(Deferred):
    """Nothing is wrong with the message: the server cannot be reached, or does not let us in."""


class Phase(Enum):
    """The seven phases in their order; the value completes the sentence "... while ..."."""

    CONNECT = "connecting"
    HELLO = "saying hello"
    SENDER = "naming the sender"
    RECIPIENT = "naming the recipient"
    DATA = "asking to hand over the message"
    BODY = "handing over the message"
    REPLY = "waiting for the receipt"

    @property
    def committed(self) -> bool:
        """Whether `before_data` has been called: a lost answer may now mean a delivered mail."""
        return self in (Phase.DATA, Phase.BODY, Phase.REPLY)

    @property
    def about_the_mail(self) -> bool:
        return self not in (Phase.CONNECT, Phase.HELLO)


class Mailer(Protocol):
    async def send(self, mail: Mail, before_data: BeforeData) -> str:
        """Hand one mail over; the server's answer.

        `before_data` is awaited once, after the server accepted sender and
        recipients and before the message is handed over; what it raises ends
        the conversation and comes through. Raises Refused, Deferred or
        Unconfirmed as the table of `phases` says.
        """
        ...


def answered(phase: Phase, code: int, text: str) -> Exception:
    """What a reply that is not the wanted one means."""
    words = f"The mail server answered {code} while {phase.value}: {' '.join(text.split())[:300]}"
    if not 400 <= code < 600:
        return lost(phase, words)
    if not phase.about_the_mail or (not phase.committed and code in (_CLOSES, *_ASKS_FOR_US)):
        return NoServer(f"server_{code}", words)
    return Deferred(f"smtp_{code}", words) if code < 500 else Refused(f"smtp_{code}", words)


def lost(phase: Phase, words: str, code: str = "server_lost") -> Exception:
    """What no answer means: a broken connection, silence, or a reply that is none."""
    return Unconfirmed(words) if phase.committed else NoServer(code, words)
