"""The mailboxes of a workspace as they are now, with the one that is brought for trying out."""

from collections.abc import Callable, Mapping

from engine.language.connections import Connections, Mailbox
from engine.language.roster import connections_of
from engine.settings import Settings

TRIAL = "trial"  # the mailbox that `baton up` brings where mails are caught


def known_of(settings: Settings) -> Callable[[], Connections]:
    """connections.yaml, read again when it changes. While `baton up` catches mails and no mailbox is for replies,
    there is one more: it takes replies to what was caught, from anyone on this machine."""
    connections = connections_of(settings.workspace)
    trial = _trial(settings)

    def now() -> Connections:
        written = connections() or Connections()
        if trial is None or _takes_replies(written):
            return written
        return written.model_copy(update={"mailboxes": {**written.mailboxes, TRIAL: trial}})

    return now


def mailboxes_of(settings: Settings) -> Callable[[], Mapping[str, Mailbox]]:
    """The mailboxes of `known_of`, by name."""
    known = known_of(settings)
    return lambda: known().mailboxes


def _takes_replies(connections: Connections) -> bool:
    return any(mailbox.replies for mailbox in connections.mailboxes.values())


def _trial(settings: Settings) -> Mailbox | None:
    if settings.mail.listen is None:
        return None
    return Mailbox(
        type="smtp",
        title="Replies to caught mails",
        address=settings.mail.sender,
        listen=settings.mail.listen,
        replies=True,
        trust="anyone",
    )
