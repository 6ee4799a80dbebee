"""An answer to a mail that was caught: put together as a mail program does, and taken in as if it had come."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.policy import default as modern
from email.utils import format_datetime, getaddresses, make_msgid

from cli.problem import UserProblem
from engine.gateways.caught import OpenedMail
from engine.gateways.parsing.authentication import MICROSOFT
from engine.mailroom.boxes import TRIAL, mailboxes_of
from engine.settings import Settings


@dataclass(frozen=True)
class Answer:
    """The mail, and whom it is from and to."""

    raw: bytes
    sender: str
    to: str


def answer_to(mail: OpenedMail, text: str, sender: str = "") -> Answer:
    """The answer that the reader of a caught mail would send. Raises UserProblem for one that takes no answers."""
    asked = message_from_bytes(mail.mail.path.read_bytes(), policy=modern)
    to = _first(str(asked["Reply-To"] or asked["From"] or ""))
    sender = sender or _first(mail.mail.to)
    if not to or not sender:
        raise UserProblem(f"the mail {mail.mail.id} says nobody whom an answer could go to")
    reply = EmailMessage(policy=SMTP)
    reply["From"], reply["To"] = sender, to
    reply["Subject"] = mail.mail.subject if mail.mail.subject.lower().startswith("re:") else f"Re: {mail.mail.subject}"
    reply["Date"] = format_datetime(datetime.now(UTC))
    reply["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    if about := str(asked["Message-ID"] or ""):
        reply["In-Reply-To"] = reply["References"] = about
    quoted = "".join(f"> {line}\n" for line in mail.text.strip().splitlines())
    reply.set_content(f"{text}\n\n{mail.mail.sender} wrote:\n{quoted}")
    return Answer(reply.as_bytes(), sender, to)


def received(answer: Answer, authserv: str) -> bytes:
    """The answer as the mailbox's server hands it over: with its word that the sender is who they say."""
    name = "" if authserv == MICROSOFT else f"{authserv}; "
    domain = answer.sender.rpartition("@")[2]
    word = f"Authentication-Results: {name}dmarc=pass header.from={domain}\r\n" if authserv else ""
    return word.encode() + answer.raw


def mailbox_for(address: str, settings: Settings) -> tuple[str, str]:
    """Name and `authserv` of the mailbox that mails to this address come to. Raises UserProblem where there is none."""
    local, _, domain = address.lower().rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    for name, mailbox in mailboxes_of(settings)().items():
        if mailbox.address.lower() in (address.lower(), plain):
            return name, mailbox.authserv or ""
    if settings.mail.sender.lower() == plain and settings.mail.smtp is None:
        return TRIAL, ""  # the running worker has it, this command has not
    raise UserProblem(
        f"no mailbox takes mail to {address}: give `mailboxes:` in definitions/connections.yaml one with that address"
    )


def _first(addresses: str) -> str:
    return next((address for _, address in getaddresses([addresses]) if "@" in address), "")
