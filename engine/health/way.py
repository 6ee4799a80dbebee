"""One way in or out of a workspace: how it is, in a word, in a sentence, and as what people must be told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.store.health import Health
from engine.store.status import HICCUP

Kind = Literal["mailbox", "canary", "webhook", "form", "schedule", "event", "sender"]

NEVER_SEEN = Health("")
WRONG = ("down", "trouble", "silent", "failed")


@dataclass(frozen=True)
class Way:
    """One way. `name` is that of the file, or PROCESS/TRIGGER; an event is a way only where it could not start
    something. `owners`: groups whose processes live on it.

    `silent_at`: when it is silent if nothing comes, or since when it is. `failed`: arrivals that could not start what
    they should, `why` the last of them; `triggers`: process and trigger of all that listen to it.
    `expect`: how often something comes, as it was written. `off`: why nothing can come in at all. `attended`: somebody
    looks after it all the time, and says so; `down`: nobody does, though nothing is wrong with it, `down_since` when.
    """

    kind: Kind
    name: str
    title: str
    health: Health = NEVER_SEEN
    expect: str = ""
    owners: tuple[str, ...] = ()
    silent_at: datetime | None = None
    failed: int = 0
    why: str = ""
    triggers: tuple[tuple[str, str], ...] = ()
    paused_by: str = ""
    off: str = ""
    attended: bool = False
    down: str = ""
    down_since: datetime | None = None

    @property
    def source(self) -> str:
        """As `engine.store.health` knows it."""
        return f"{self.kind}/{self.name}"

    def state(self, now: datetime) -> str:
        """One word: paused, down, trouble, silent, failed, off, new (nothing came yet) or well."""
        if self.paused_by:
            return "paused"
        if self.down:
            return "down"
        if self.health.error_since is not None:
            return "trouble"
        if self.silent_at is not None and self.silent_at <= now:
            return "silent"
        if self.failed:
            return "failed"
        if self.off:
            return "off"
        return "well" if self.health.last_seen_at or self.health.last_well_at else "new"

    def in_words(self, now: datetime) -> str:
        """What is wrong, in words; empty: nothing."""
        state = self.state(now)
        if state == "paused":
            return f"paused by {self.paused_by}"
        if state == "down":
            return self.down
        if state == "trouble":
            return self.health.last_error
        if state == "silent":
            return f"nothing came, and it should: {self.expect}"
        if state == "failed":
            more = {"webhook": "baton webhook list", "mailbox": "baton triage"}
            again = f"{self.why}. When that is corrected: baton triggers --again {self.name}"
            return f"{self.failed} could not start what they should: {more.get(self.kind, again)}"
        return self.off

    def alarm(self, now: datetime) -> str:
        """What people must be told of, as a word that stays the same while it lasts; empty: nothing."""
        state, since = self.state(now), self.health.error_since
        if state == "trouble" and since is not None and now - since >= HICCUP:
            return f"trouble since {since.isoformat()}"
        if state == "down" and self.down_since is not None:
            return f"down since {self.down_since.isoformat()}"
        if state == "silent" and self.silent_at is not None:
            return f"silent since {self.silent_at.isoformat()}"
        return ""


def wrong(ways: Sequence[Way], now: datetime) -> tuple[Way, ...]:
    """Those that somebody must look at."""
    return tuple(way for way in ways if way.state(now) in WRONG)
