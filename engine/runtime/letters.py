"""Messages as data: what a step says to whom, before it is rendered and sent."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from engine.language.locales import variants
from engine.language.plan import Plan
from engine.language.resources import People
from engine.runtime.flow import StepError
from engine.runtime.step import Result, Run, Send

Letter = dict[str, Any]

SUPPRESSED = "suppressed"


def addresses(people: People, text: str) -> tuple[str, ...]:
    """The mail addresses behind an address, a user's id or a group's id."""
    if "@" in text:
        return (text,)
    known = {u.id: u.email for u in people.users}
    if text in known:
        return (known[text],)
    members = next((g.members for g in people.groups if g.id == text), ())
    if not members:
        raise StepError("unknown_person", f"nobody here is called `{text}`; add them to people.yaml or use an address")
    return tuple(known[m] for m in members if m in known)


def today(run: Run) -> str:
    """The day in the step's calendar, as in `2026-03-02`."""
    return str(run.calendar.local(run.now()).date().isoformat())


async def readers(run: Run, purpose: str, names: Iterable[str], *, work: bool = True) -> tuple[str, ...]:
    """The mail addresses of a message to addresses, users or groups, as the people are when it goes out.

    `work`: it asks them to do something, so that a substitute gets it in place of somebody who is away.
    """
    names = tuple(dict.fromkeys(names))
    if all("@" in name for name in names):
        return names
    effects, asked = run.record.effects, f"{purpose}.to"
    if purpose in effects and asked not in effects:  # an earlier release sent it, to the people of the plan
        return tuple(dict.fromkeys(a for name in names for a in addresses(run.plan.resources.people, name)))
    found = await run.do(asked, "reach", {"names": list(names), "day": today(run), "work": work})
    return tuple(found["to"])


def letter(run: Run, send: Send, to: str, link: str = "") -> Letter:
    """A message of this step to one address; `link` is the kind of the step's own page, if it has one.

    `page` is the step's path with its round; `class`, `sender` (of connections.yaml; empty: the one of baton.yaml),
    `approve` (a user's or a group's id, or empty) and `hours` (`office`, or empty) say how it goes out. Letters of an
    earlier release have none of these six.
    """
    written = _written(run.plan, send)
    return {
        "to": to,
        "template": send.template,
        "subject": send.subject,
        "body": send.body,
        "link": link,
        "scope": _scope(run.scope(), written, run.record.title),
        "process": run.plan.process.process,
        "page": run.record.page(run.path),
        **_manner(run, send),
    }


def _manner(run: Run, send: Send) -> Result:
    """What kind of mail it is, and how it goes out: as the step says, else as its template does."""
    template = run.plan.resources.emails[send.template] if send.template else None
    return {
        "class": send.class_ or (template.class_ if template else None) or "process",
        "sender": send.sender or (template.sender if template else None) or "",
        "approve": str(run.value(send.approve)) if send.approve else "",
        "hours": send.hours or "",
    }


def is_suppressed(result: Mapping[str, Any]) -> bool:
    """Whether a letter was not sent because its reader may not be written to."""
    return result.get("status") == SUPPRESSED


def _written(plan: Plan, send: Send) -> str:
    if send.template is None:
        return f"{send.subject} {send.body}"
    emails = plan.resources.emails
    every = [emails[name] for name in (send.template, *variants(send.template, emails))]
    return " ".join(f"{one.subject} {one.preheader} {one.button} {one.body}" for one in every)


def _scope(scope: Mapping[str, Any], written: str, title: str) -> dict[str, Any]:
    """The scope, with only those steps that the message names: mails of a long case stay small."""
    named = _names(written)
    return {**scope, "title": title, "steps": {step: seen for step, seen in scope["steps"].items() if step in named}}


@lru_cache(maxsize=1024)
def _names(written: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", written))
