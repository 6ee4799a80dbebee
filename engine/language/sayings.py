"""What the reader calls the parts of a file, what it proposes to paste, and keys that are refused with a reason."""

NAMES = {
    "Process": "the process", "When": "`when`", "Send": "`send`", "Retry": "`retry`", "SideTask": "this task",
    "WaitEvent": "event", "ChecklistItem": "item", "Hours": "`hours`", "EventSchema": "this event",
    "EmailTemplate": "this email", "DocumentTemplate": "this document", "People": "this file",
    "Connections": "this file", "ListedTask": "task", "Approvals": "`approvals`",
}  # fmt: skip
PASTE = {
    "language": "1", "to": "${ inputs.email }", "max_times": "3", "type": "task", "title": "What people read",
    "until": "steps.review.outcome == \"accept\"", "timeout": "20 business days", "after": "2 business days",
    "outcome": "done", "time_zone": "Europe/London", "email": "name@example.com", "operation": "create",
    "Absence.from": "2026-06-01", "Absence.to": "2026-06-15",
    "subject": "What the mail is about", "document": "${ steps.contract.file }",
}  # fmt: skip

REFUSED = {
    "answer_by_reply": (
        "E143",
        "{} cannot be answered by a reply",
        "anybody can write a mail in another's name; a link belongs to one person, and a task has its buttons",
        "take it away; a `form` may say it, and a `wait` takes mail with an event of `type: email`",
    )
}
"""Key -> code, message, why not, and what to do instead, where a step that has no such key is asked to have it."""

OPPOSITES = {"required": ("optional", "everything is required that does not say `optional: true`")}
"""Key -> the key that says the contrary here, and how."""
