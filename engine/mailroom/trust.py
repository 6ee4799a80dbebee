"""Whether a mail may go on with a case: the thread says which case, the sender's server says who it is."""

from dataclasses import dataclass, field

from engine.gateways.parsing import Letter
from engine.language.addresses import normal
from engine.language.connections import Mailbox


@dataclass(frozen=True)
class Doubt:
    """Why a mail is not delivered by itself; see `reasons`."""

    reason: str
    why: str = ""


@dataclass(frozen=True)
class CaseFacts:
    """What must be known of a case. `asked`: the mail that is answered was one to be answered. `written_to`: addresses
    that the case has written to, `named` those that its `match` names; `answers`: how often it has answered the sender
    within an hour."""

    ended: bool = False
    listens: bool = True
    asked: bool = True
    written_to: frozenset[str] = field(default_factory=frozenset)
    named: frozenset[str] = field(default_factory=frozenset)
    answers: int = 0


def sender_doubt(letter: Letter, mailbox: Mailbox | None) -> Doubt | None:
    """Why nobody can say that the sender is who they seem to be, and a person."""
    if letter.automatic:
        return Doubt("automatic", f"Sign: {letter.automatic_by}.")
    if not letter.sender:
        return Doubt("unclear_sender")
    if letter.authenticated or (mailbox and mailbox.trust == "anyone"):
        return None
    if mailbox is None or not mailbox.authserv:
        return Doubt("unauthenticated", "The mailbox names no `authserv` whose word could be taken.")
    return Doubt("unauthenticated", f"The mailbox takes the word of `{mailbox.authserv}`.")


def case_doubt(letter: Letter, mailbox: Mailbox | None, case: CaseFacts, most: int) -> Doubt | None:
    """Why a mail must not go on with this case."""
    if doubt := sender_doubt(letter, mailbox):
        return doubt
    if case.ended:
        return Doubt("ended")
    if not case.listens:
        return Doubt("not_listening")
    if not case.asked:
        return Doubt("notice")
    if normal(letter.sender) not in case.written_to | case.named:
        return Doubt("stranger")
    if case.answers >= most:
        return Doubt("loop")
    return None
