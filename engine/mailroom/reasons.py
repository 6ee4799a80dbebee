"""Why a mail waits in triage: codes, and the sentences that people read."""

SENTENCES = {
    "unreadable": "It cannot be parsed.",
    "cut": "It is too large: only its head was kept.",
    "automatic": "No person wrote it.",
    "unclear_sender": "It does not say beyond doubt who wrote it.",
    "unauthenticated": "The mail server does not confirm that it comes from the address that it names.",
    "stranger": "It comes from an address that the case has not written to.",
    "not_listening": "Nothing in its case takes this mail (any more).",
    "notice": "It answers the notice of a task, or that something is late: those are for a page, not for a mail.",
    "ended": "Its case has ended.",
    "expired": "It answers a mail from too long ago.",
    "loop": "Too many mails went back and forth with this sender within an hour.",
    "misfire": "It should have started a case, and does not give what its process needs.",
    "running": "A case with the same key is running, and its process starts no second one.",
    "unmatched": "No process and no case waits for it.",
    "not_ours": "It reports about a mail that Baton does not know.",
    "failed": "It could not be brought to where it belongs.",
}


def sentence(code: str, why: str = "") -> str:
    """The reason in words, with what more is known about it."""
    said = SENTENCES.get(code, code)
    return f"{said} {why}".strip()
