"""Mail in a process: answers that can come, questions that a reply can answer, letters that can leave (E14x)."""

from collections.abc import Iterator
from typing import Any

from engine.language import given
from engine.language.calling import listed
from engine.language.checks.subject import Subject, named
from engine.language.locales import variants
from engine.language.problems import one_of
from engine.language.resources import EmailTemplate, Form, Question
from engine.language.types import Record

WORDS = ("text", "long_text")
_WRITING = ("email", "form", "signature")
"""Types of step that always write to somebody; the others do so where they `send` to an address."""


def check(subject: Subject) -> None:
    for step in subject.steps:
        if getattr(step, "answer_by_reply", None):
            _by_reply(subject, step)
        _manner(subject, step)
    for owner, path, told in _heard(subject):
        _fields(subject, owner, path, told)
        _mailbox(subject, owner, path, told)
    _answers(subject)
    for name in _templates(subject):
        _sender(subject, name)


# -- what is heard ---------------------------------------------------------------

Heard = tuple[Any, tuple[str | int, ...], Any]


def _heard(subject: Subject) -> Iterator[Heard]:
    """Everything that takes mail: triggers, handlers and the events of waits."""
    process = subject.process
    found: list[Heard] = [(process, ("triggers", n), trigger) for n, trigger in enumerate(process.triggers)]
    found += [(process, ("handlers", n, "when"), handler.when) for n, handler in enumerate(process.handlers)]
    for step in subject.steps:
        found += [(step, ("events", n), event) for n, event in enumerate(getattr(step, "events", ()))]
        handlers = getattr(step, "handlers", ())
        found += [(step, ("handlers", n, "when"), handler.when) for n, handler in enumerate(handlers)]
    return ((owner, path, told) for owner, path, told in found if told is not None and told.type in given.MAILED)


def _fields(subject: Subject, owner: Any, path: tuple[str | int, ...], told: Any) -> None:
    """`match` asks for what a mail has."""
    carried: Record = given.MAILED[told.type]
    what = "a mail" if told.type == "email" else "a report of the post"
    for name in told.match:
        if name not in carried.fields:
            table: Any = subject.document.node(owner, *path, "match")
            entry = table.entry(name) if hasattr(table, "entry") else None
            place = entry.key.place if entry else subject.document.place(owner, *path, "match")
            subject.unknown("E077", "field", name, place, tuple(carried.fields), what)


def _mailbox(subject: Subject, owner: Any, path: tuple[str | int, ...], told: Any) -> None:
    """A mail to a mailbox names no case: without `match` every open case would take it."""
    if path[0] == "triggers" or not getattr(told, "mailbox", None):
        return
    if not told.match and subject.document.node(owner, *path, "match") is None:
        note = "an answer to a mail of the case finds it by itself; any other mail does not say which case it is for"
        hint = 'add `match: { from: "${ inputs.email }" }`'
        place = subject.document.place(owner, *path, "mailbox")
        subject.report("E145", f"every case would take every mail to `{told.mailbox}`", place, note, hint)


def _answers(subject: Subject) -> None:
    """Answers come only to mails that were sent, and to a mailbox that Baton reads."""
    waits = [(owner, (*path, "type")) for owner, path, told in _heard(subject) if path[0] != "triggers"
             and told.type == "email"]  # fmt: skip
    waits += [(step, ("answer_by_reply",)) for step in subject.steps if getattr(step, "answer_by_reply", None)]
    if not waits:
        return
    owner, path = waits[0]
    place = subject.document.place(owner, *path)
    if not any(_writes_outside(subject, step) for step in subject.steps):
        named_ = any(told.match and told.mailbox for _, _, told in _heard(subject) if hasattr(told, "mailbox"))
        if not named_:
            hint = "send a mail before, or name a `mailbox` with `match`"
            subject.report("E144", "no answer can come: this process writes to nobody outside", place, hint=hint)
    elif not any(mailbox.replies for mailbox in subject.mailboxes.values()):
        note = "they go to the address that the mail was sent from, which Baton does not read"
        hint = "add `replies: true` to one of the mailboxes of connections.yaml"
        subject.warn("W144", "no mailbox takes answers to our mails", place, note, hint)


def _writes_outside(subject: Subject, step: Any) -> bool:
    """Whether a step writes to somebody who is no colleague for certain."""
    send = getattr(step, "send", None)
    readers = [getattr(step, "to", None), getattr(send, "to", None), *(s.email for s in getattr(step, "signers", ()))]
    if step.type not in _WRITING and not (send and send.to):
        return False
    colleagues = (*subject.users, *subject.groups)
    return any(reader and reader not in colleagues for reader in readers)


# -- questions -------------------------------------------------------------------


def _by_reply(subject: Subject, step: Any) -> None:
    """A reply is one text: it answers one question in words, and leaves all others open."""
    loaded = subject.library.get("forms", step.form)
    if loaded is None or not isinstance(loaded.root, Form):
        return
    questions = {q.id: q for q in loaded.root.fields}
    place, wanted = subject.document.place(step, "answer_by_reply"), step.answer_by_reply
    question = questions.get(wanted)
    if question is None:
        subject.unknown("E142", "question", wanted, place, tuple(questions), f"the form `{step.form}`")
    elif question.type not in WORDS:
        _not_in_words(subject, step, question, questions)
    elif others := [q.id for q in questions.values() if q.id != wanted and not q.optional and q.default is None]:
        rest, be = listed(f"`{name}`" for name in others), "is" if len(others) == 1 else "are"
        note = f"whoever replies would leave {rest} open"
        hint = f"add `optional: true` to {rest} in forms/{step.form}.yaml"
        message = f"a reply cannot answer the form `{step.form}`: {rest} {be} needed, too"
        subject.report("E142", message, place, note, hint)


def _not_in_words(subject: Subject, step: Any, question: Question, questions: dict[str, Question]) -> None:
    place, able = (
        subject.document.place(step, "answer_by_reply"),
        [q.id for q in questions.values() if q.type in WORDS],
    )
    note = f"`{question.id}` is a {question.type}, and a reply is a text"
    hint = f"name {one_of(able)}" if able else f"add a question of `type: long_text` to forms/{step.form}.yaml"
    subject.report("E142", f"a reply cannot answer `{question.id}`", place, note, hint)


# -- letters ---------------------------------------------------------------------


def _manner(subject: Subject, step: Any) -> None:
    """How the letters of a step go out."""
    for path in ((), ("send",)):
        if subject.document.node(step, *path, "hours") is not None:
            _hours(subject, step, path)
    never = subject.document.node(step, "on_suppressed") is not None and not _writes_outside(subject, step)
    if never and not (step.type == "wait" and getattr(step, "send", None)):
        note = "colleagues are always written to; what they get is not held back"
        message = f"`on_suppressed` of {named(step)} never happens: it writes to nobody outside"
        subject.report("E146", message, subject.document.place(step, "on_suppressed"), note, "take it away")


def _hours(subject: Subject, step: Any, path: tuple[str, ...]) -> None:
    if not subject.process.calendar:
        hint = "add `calendar: NAME` to the process, a file of `calendars/`"
        place = subject.document.place(step, *path, "hours")
        subject.report("E147", "this process has no opening hours", place, hint=hint)


def _templates(subject: Subject) -> list[str]:
    """The mail templates that the process uses, in all their languages."""
    written = [leaf.text for leaf in subject.leaves() if getattr(leaf.kind, "kind", "") == "emails"]
    names, known = (*written, *(n for step in subject.steps for n in step.mails())), subject.library.names("emails")
    return list(dict.fromkeys(one for name in names for one in (name, *variants(name, known))))


def _sender(subject: Subject, name: str) -> None:
    """The account that a template names; told once, however many processes use it."""
    loaded = subject.library.get("emails", name)
    if loaded is None or not isinstance(loaded.root, EmailTemplate) or loaded.root.sender in (None, *subject.senders):
        return
    place = loaded.place(loaded.root, "sender")
    message, known = f"there is no sender `{loaded.root.sender}`", tuple(subject.senders)
    note = f"`connections.yaml` has {one_of(known)}" if known else "`connections.yaml` has none"
    problem = loaded.source.problem("E141", message, place, note)
    if problem not in loaded.source.problems:
        loaded.source.problems.append(problem)
