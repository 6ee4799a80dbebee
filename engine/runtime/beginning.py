"""The first state of a case: what it is called, and which key it has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.language.addresses import is_email, normal
from engine.language.evaluator import render
from engine.language.expressions import parse_template
from engine.language.plan import Plan
from engine.language.values import display
from engine.runtime.state import State


def first_state(
    plan: Plan,
    inputs: Mapping[str, Any],
    case: str,
    now: datetime,
    url: str = "",
    parent: Mapping[str, str] | None = None,
    by: str = "",
) -> State:
    """A case that has taken no turn yet, with typed inputs. `parent` names the case and the path that started it,
    `by` the user, if it was one."""
    about = {
        "id": case,
        "url": url,
        "started_at": now,
        "business_key": _key(plan, inputs, now),
        "title": _title(plan, inputs),
        "started_by": by,
    }
    return State(case=about, inputs=dict(inputs), parent=dict(parent or {}))


def _key(plan: Plan, inputs: Mapping[str, Any], now: datetime) -> str:
    concurrency = plan.process.concurrency
    if concurrency is None:
        return ""
    key = display(render(parse_template(concurrency.key), {"inputs": inputs}, lambda: now))
    return normal(key) if is_email(key) else key  # one mailbox is one key, as it is one contact


def _title(plan: Plan, inputs: Mapping[str, Any]) -> str:
    """`Client onboarding for Acme`: named by the first text that was given."""
    texts = (inputs.get(name) for name, spec in plan.process.inputs.items() if spec.type == "text")
    about = next((text for text in texts if text), "")
    return f"{plan.process.title} for {about}" if about else plan.process.title
