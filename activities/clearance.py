"""May a mail leave now? Everything that can hold it back, asked in one place and in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from activities.outgoing import Outgoing
from engine.language.addresses import normal
from engine.language.calendar import WorkCalendar
from engine.language.resources import Calendar
from engine.store import holds, lanes, policy, rates
from engine.store.outbox import Letter, Waiting
from engine.store.policy import Ask, Go, Rules, Suppress, Wait

Windows = Mapping[str, timedelta]
"""How long mails of each class wait before they leave, so that somebody can still change or stop them."""


@dataclass(frozen=True)
class Held:
    """It stays in the outbox. `until` None: until somebody decides; `because` completes “held until ...”."""

    state: Waiting
    code: str
    because: str
    until: datetime


Answer = Go | Held | Suppress

BEHIND = {
    "lane": "mails that came before it leave first",
    "behind": "an earlier mail to the same person leaves first",
}


def ask_of(key: str, case: str, out: Outgoing, at: datetime) -> Ask:
    office = WorkCalendar.of(Calendar.model_validate_json(out.office)) if out.office else None
    who, how = (out.mail.to, out.class_, case, out.process), (out.sender, out.staff, out.zone)
    return Ask(*who, at, *how, office=office, key=key)


def first(c: Connection, letter: Letter, out: Outgoing, windows: Windows, rules: Rules, at: datetime) -> Answer:
    """For a mail that has just been written."""
    verdict = policy.judge(c, ask_of(letter.key, letter.case, out, at), rules)
    if isinstance(verdict, Suppress):
        return verdict
    if window := undo_window(out, windows):
        return Held("held", "undo", "it can still be changed or stopped until then", at + window)
    if hold := holds.over(c, letter.class_, letter.sender):
        return Held("held", "hold", hold.words, at)
    if isinstance(verdict, Wait):
        return Held("queued", verdict.code, verdict.reason, verdict.until)
    if code := lanes.in_the_way(c, letter):
        return Held("queued", code, BEHIND[code], at)
    return _slot(c, out, rules, at)


def again(c: Connection, key: str, case: str, out: Outgoing, rules: Rules, at: datetime) -> Answer:
    """For one that has waited and is due; that it is its turn, and that nothing is on hold, is known."""
    verdict = policy.judge(c, ask_of(key, case, out, at), rules)
    if isinstance(verdict, Suppress):
        return verdict
    if isinstance(verdict, Wait):
        return Held("queued", verdict.code, verdict.reason, verdict.until)
    return _slot(c, out, rules, at)


def copies(c: Connection, to: Sequence[str], class_: str, colleagues: Collection[str], rules: Rules) -> tuple[str, ...]:
    """Who gets a copy: whoever may not be written to (any more) is left out, and the mail goes to the others."""
    return tuple(cc for cc in to if normal(cc) in colleagues or not policy.against(c, cc, class_, rules))


def stands_behind(c: Connection, letter: Letter) -> bool:
    """Whether a hold or earlier mails keep it back, as far as the rows say; nothing is decided by that."""
    return bool(holds.over(c, letter.class_, letter.sender) or lanes.in_the_way(c, letter))


def undo_window(out: Outgoing, windows: Windows) -> timedelta:
    """Colleagues get theirs at once, and so does what somebody has looked at already."""
    return timedelta(0) if out.staff or out.approved_by else windows.get(out.class_, timedelta(0))


def told(out: Outgoing, held: Held) -> str:
    """What the timeline says of it."""
    mail, until = out.mail, held.until.astimezone(ZoneInfo(out.zone or "UTC"))
    what = f"“{mail.subject}” to {mail.to}"
    if held.code in ("hold", *BEHIND):
        return f"{what} waits: {held.because}"
    return f"{what} is held until {until:%Y-%m-%d %H:%M}: {held.because}"


def _slot(c: Connection, out: Outgoing, rules: Rules, at: datetime) -> Answer:
    until = rates.slot(c, out.sender, out.mail.to.rpartition("@")[2], at, rules.limits(out.sender))
    if until <= at:
        return Go()
    return Held("queued", "rate", "so many mails may leave in that time, and not more", until)
