"""The kinds of effect: who performs each."""

from collections.abc import Awaitable, Callable

from activities.assign import assign_task, find_readers
from activities.call import perform_call
from activities.document import render_document
from activities.email import draft_email, send_email
from activities.emit import emit_event
from activities.notify import send_notice
from activities.python import call_function
from activities.subprocess import open_subprocess
from activities.world import World
from engine.language.plan import Plan
from engine.runtime.effects import Effect
from engine.runtime.step import Result

KINDS: dict[str, Callable[[World, Plan, Effect], Awaitable[Result]]] = {
    "email": send_email,
    "draft": draft_email,
    "document": render_document,
    "call": perform_call,
    "notify": send_notice,
    "python": call_function,
    "event": emit_event,
    "subprocess": open_subprocess,
    "assign": assign_task,
    "reach": find_readers,
}
