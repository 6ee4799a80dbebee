"""Who a case is about: the person outside whom its mails are written to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.language.addresses import is_email
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import parse_template
from engine.language.plan import Plan
from engine.language.process import ContactOf, Trigger
from engine.language.values import display
from engine.runtime.party import Party


def party_of(
    plan: Plan, inputs: Mapping[str, Any], now: datetime, trigger: Trigger | None = None, event: Any = None
) -> Party | None:
    """The contact of a case that begins with these inputs: as its trigger's `contact` says, or else the address in
    the input `email` (or in the first one of that type) with the name in `contact`, or else whoever wrote the mail
    that starts it. None where nobody outside is named.
    """
    trigger = trigger or next((t for t in plan.process.triggers if t.type == "manual"), None)
    told = _told(trigger.contact, inputs, now, event) if trigger and trigger.contact else None
    found = told or _in_inputs(plan, inputs) or _sender(event)
    return found if found and is_email(found.address) else None


def _told(contact: ContactOf, inputs: Mapping[str, Any], now: datetime, event: Any) -> Party | None:
    scope = {"inputs": inputs, "event": event} if event is not None else {"inputs": inputs}
    fields = (contact.email, contact.name, contact.locale, contact.time_zone)
    address, *rest = (_text(field, scope, now) for field in fields)
    return Party(address, *rest) if address else None


def _text(written: str | None, scope: Mapping[str, Any], now: datetime) -> str:
    """Its value; empty where the event does not give it: a case does not fail to start for want of a name."""
    if not written:
        return ""
    try:
        return _line(render(parse_template(written), scope, lambda: now))
    except EvaluationError:
        return ""


def _in_inputs(plan: Plan, inputs: Mapping[str, Any]) -> Party | None:
    of_type = [name for name, spec in plan.process.inputs.items() if spec.type == "email"]
    name = next((n for n in ("email", *of_type) if n in of_type and inputs.get(n)), None)
    return Party(_line(inputs[name]), _line(inputs.get("contact"))) if name else None


def _sender(event: Any) -> Party | None:
    if not isinstance(event, Mapping) or "message_id" not in event or not event.get("from"):
        return None
    return Party(_line(event["from"]), _line(event.get("from_name")))


def _line(value: Any) -> str:
    return "" if value is None else " ".join(display(value).split())[:200]
