"""What people write who know another tool, and what it is called here."""

from collections.abc import Iterable, Mapping

TYPES = {
    "string": "text", "str": "text", "varchar": "text", "textarea": "long_text", "integer": "number", "int": "number",
    "float": "number", "decimal": "number", "numeric": "number", "bool": "boolean", "checkbox": "boolean",
    "yesno": "boolean", "enum": "choice", "select": "choice", "dropdown": "choice", "radio": "choice",
    "timestamp": "datetime", "currency": "money", "amount": "money", "upload": "file", "attachment": "file",
    "array": "list", "person": "user", "mail": "email", "link": "url",
}  # fmt: skip

STEPS = {
    "approval": "task", "approve": "task", "todo": "task", "human": "task", "manual": "task", "mail": "email",
    "send_email": "email", "message": "email", "http": "call", "request": "call", "webhook": "wait", "api": "call",
    "questionnaire": "form", "survey": "form", "sleep": "wait", "delay": "wait", "timer": "wait", "pause": "wait",
    "switch": "choose", "condition": "choose", "branch": "choose", "if": "choose", "loop": "repeat", "while": "repeat",
    "foreach": "for_each", "for": "for_each", "map": "for_each", "script": "python", "function": "python",
    "end": "stop", "terminate": "stop", "process": "subprocess", "workflow": "subprocess", "assign": "set",
    "variables": "set", "sign": "signature", "pdf": "document", "slack": "notify", "sms": "notify", "rules": "decision",
}  # fmt: skip

KEYS = {
    "name": "title", "label": "title", "deadline": "due", "due_date": "due", "due_in": "due", "assigned_to": "assignee",
    "assign_to": "assignee", "assign": "assignee", "groups": "candidate_groups", "condition": "if", "when": "if",
    "expires": "timeout", "depends_on": "needs", "params": "inputs", "parameters": "inputs", "arguments": "inputs",
    "with": "inputs", "recipient": "to", "recipients": "to", "message": "body", "text": "body", "options": "choices",
    "values": "choices", "actions": "outcomes", "buttons": "outcomes", "times": "max_times",
    "retries": "retry", "trigger": "triggers", "variables": "inputs",
}  # fmt: skip

UNITS = {
    "workday": "business days", "workdays": "business days", "weekday": "business days", "weekdays": "business days",
    "businessdays": "business days", "bd": "business days", "wd": "business days", "work": "business days",
    "d": "days", "h": "hours", "hr": "hours", "hrs": "hours", "min": "minutes", "mins": "minutes", "sec": "seconds",
    "secs": "seconds", "w": "weeks", "wk": "weeks", "wks": "weeks", "s": "seconds",
}  # fmt: skip


def meant(word: str, synonyms: Mapping[str, str], known: Iterable[str]) -> str:
    """What the word is called here; empty where nobody calls it so, or there is no such thing at this place."""
    found = synonyms.get(word.strip().lower(), "")
    return found if found and found in set(known) else ""
