"""The desk as one object; each subject is a class of its own."""

from engine.desk.bulk import Bulk
from engine.desk.contacts import Contacts
from engine.desk.foresight import Foresight
from engine.desk.health import WaysInAndOut
from engine.desk.interventions import Interventions
from engine.desk.links import Links
from engine.desk.migrations import Migrations
from engine.desk.operators import Operators
from engine.desk.outbox import Outbox
from engine.desk.posted_mail import PostedMail
from engine.desk.public_forms import PublicForms
from engine.desk.reports import Reports
from engine.desk.subscriptions import Subscriptions
from engine.desk.triage import Triage
from engine.desk.webhooks import Webhooks


class Desk(
    Bulk,
    PublicForms,
    PostedMail,
    Migrations,
    Webhooks,
    Links,
    Outbox,
    Operators,
    Interventions,
    WaysInAndOut,
    Reports,
    Triage,
    Foresight,
    Subscriptions,
    Contacts,
):
    """What pages and commands may ask for. `Desk(settings, store, registry, nudge)`, see `Ground`."""
