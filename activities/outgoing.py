"""A mail that is ready to leave, and what has to be known of it where that is decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.gateways.mail import Mail

Link = tuple[str, str, str]
"""A link inside a mail: (hash of its token, path, kind)."""

PATIENT = (60.0, 300.0, 900.0, 3600.0)
"""Seconds until a server that says “later” is asked again; the last one is repeated."""

NO_SERVER = 10.0
"""The same while the server cannot be reached, or does not let us in. That says nothing of the mail, so it costs no
attempt, and no mail is given up for it: they wait in the outbox, and the sender is shown to be in trouble."""

LONGEST = 24 * 3600.0
"""Seconds that a mail is tried for at most, whatever its `retry` says."""


@dataclass(frozen=True)
class Patience:
    """How long a mail is tried that does not get through: the effect's `retry`, in seconds.

    `own`: somebody wrote it; otherwise a server that says “later” gets the time that such servers ask for.
    """

    attempts: int = 8
    first: float = 10.0
    longest: float = 3600.0
    own: bool = False

    def after(self, made: int, code: str) -> tuple[int, float | None]:
        """After one more attempt that ended with this code: how many count, and the seconds until the next one; None
        where it is given up."""
        if code.startswith("server_") and not self.own:
            return made, NO_SERVER
        pauses = self._pauses(made + 1, code.startswith("smtp_4"))
        given_up = made + 1 >= self.attempts or sum(pauses) > LONGEST
        return made + 1, None if given_up else pauses[-1]

    def _pauses(self, made: int, later: bool) -> Sequence[float]:
        if later and not self.own:
            return [PATIENT[min(n, len(PATIENT) - 1)] for n in range(made)]
        return [min(self.first * 2**n, max(self.longest, self.first)) for n in range(made)]


@dataclass(frozen=True)
class Outgoing:
    """A mail that is ready to leave. `class_`: transactional, process or marketing; `staff`: it goes to a colleague.

    `sender` names the mail account (empty: that of baton.yaml), `zone` is that of the process's calendar,
    `office` that calendar (as JSON) where the mail keeps to its opening hours,
    `approved_by` has looked at it and agreed. `button`, `link`, `leave` (address and words of the way out) and
    `locale` (of our own words) are those inside, for who writes it anew.
    """

    mail: Mail
    process: str
    class_: str = "process"
    staff: bool = False
    sender: str = ""
    zone: str = ""
    office: str = ""
    links: tuple[Link, ...] = ()
    patience: Patience = Patience()
    approved_by: str = ""
    button: str = ""
    link: str = ""
    leave: tuple[str, str] = ("", "")
    locale: str = ""
