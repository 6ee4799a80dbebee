"""The twin of the SMTP gateway: keeps mails in a list, and fails where it is told to."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from engine.gateways.mail.message import Mail
from engine.gateways.mail.phases import BeforeData, Phase, answered, lost

How = Literal["drop", "reset", "hang", "4xx", "5xx"]


@dataclass(frozen=True)
class Fault:
    """One failure: in which phase, and how."""

    phase: Phase
    how: How

    def outcome(self) -> Exception:
        if self.how == "4xx":
            return answered(self.phase, 451, "try again later")
        if self.how == "5xx":
            return answered(self.phase, 550, "no such luck")
        if self.how == "hang":
            return lost(self.phase, f"The mail server fell silent while {self.phase.value}.", "server_timeout")
        return lost(self.phase, f"The connection to the mail server broke while {self.phase.value}.")


class MemoryMailer:
    """Delivers to `sent`. Each of `faults` is used up by one mail, in their order."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self.sent: list[Mail] = []
        self.faults: deque[Fault] = deque(faults)

    async def send(self, mail: Mail, before_data: BeforeData) -> str:
        fault = self.faults.popleft() if self.faults else None
        if fault and not fault.phase.committed:
            raise fault.outcome()
        await before_data()
        if fault:
            raise fault.outcome()
        mail.to_bytes()  # a mail that cannot be written must not pass here either
        self.sent.append(mail)
        return f"250 kept as number {len(self.sent)}"

    async def aclose(self) -> None:
        """Nothing to close; there for whoever closes a mailer."""
