"""The tables by name; each module has those of one subject."""

from engine.store.tables.cases import cases, incidents, moved_paths, moves, queue, states, timeline, waits
from engine.store.tables.contacts import bounces, contact_cases, contacts, erasures, forgotten, suppressions
from engine.store.tables.effects import effects
from engine.store.tables.health import health
from engine.store.tables.hooks import hooks, misfires
from engine.store.tables.inbox import deliveries, inbox, subscriptions
from engine.store.tables.mails import mailboxes, mails
from engine.store.tables.notices import notices
from engine.store.tables.outbox import holds, lanes, outbox
from engine.store.tables.pages import files, links, signatures
from engine.store.tables.parts import metadata
from engine.store.tables.plans import plans, releases, schedules
from engine.store.tables.rates import rates
from engine.store.tables.requests import requests
from engine.store.tables.tallies import tallies
from engine.store.tables.tasks import assignments, tasks
from engine.store.tables.triage import triage

__all__ = [
    "assignments",
    "bounces",
    "cases",
    "contact_cases",
    "contacts",
    "deliveries",
    "effects",
    "erasures",
    "files",
    "forgotten",
    "health",
    "holds",
    "hooks",
    "inbox",
    "incidents",
    "lanes",
    "links",
    "mailboxes",
    "mails",
    "metadata",
    "misfires",
    "moved_paths",
    "moves",
    "notices",
    "outbox",
    "plans",
    "queue",
    "rates",
    "releases",
    "requests",
    "schedules",
    "signatures",
    "states",
    "subscriptions",
    "suppressions",
    "tallies",
    "tasks",
    "timeline",
    "triage",
    "waits",
]
