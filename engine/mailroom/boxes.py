"""The mailboxes of a workspace as they are now."""

from collections.abc import Callable, Mapping

from engine.language.resources import Connections, Mailbox
from engine.language.roster import connections_of
from engine.settings import Settings

TRIAL = "trial"  # the mailbox that `baton up` brings where mails are caught


def mailboxes_of(settings: Settings) -> Callable[[], Mapping[str, Mailbox]]:
    """Those of connections.yaml, read again when it changes. While `baton up` catches mails and none of them is for
    replies, one more: it takes replies to what was caught, from anyone on this machine."""
    connections = connections_of(settings.workspace)
    trial = _trial(settings)

    def now() -> Mapping[str, Mailbox]:
        written = (connections() or Connections()).mailboxes
        if trial is None or any(mailbox.replies for mailbox in written.values()):
            return written
        return {**written, TRIAL: trial}

    return now


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
