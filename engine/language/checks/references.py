"""Names of things in other files, and in the lists at the top of this one."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.language.addresses import is_email
from engine.language.checks.subject import Subject, named
from engine.language.connections import Connection
from engine.language.document import Document, Leaf
from engine.language.fields import Reference, Text
from engine.language.library import FOLDERS
from engine.language.model import Model
from engine.language.nodes import Place, Table
from engine.language.problems import certain, one_of, suggest
from engine.language.resources import Input

ONE = {
    "forms": "form", "emails": "email template", "documents": "document template", "checklists": "checklist",
    "calendars": "calendar", "processes": "process", "tables": "decision table",
    "tests": "file of tests",
}  # fmt: skip
_WANTED = {"webhook": ("connection", "event"), "form": ("form",), "event": ("event",)}
_SHARED = {
    "connections": ("E076", "connection"), "mailboxes": ("E140", "mailbox"), "senders": ("E141", "sender"),
}  # fmt: skip
_BARE = re.compile(r"(?:inputs|steps|vars|case|event|item)(?:\.[a-z]\w*)+")
_BELONGS = {
    "connection": "webhook", "event": "webhook", "form": "form", "mailbox": "email", "automatic": "email",
    "embed": "form",
}  # fmt: skip


def check(subject: Subject) -> None:
    for leaf in subject.leaves():
        _leaf(subject, leaf)
    for owner, path, told in _told(subject):
        _event(subject, owner, path, told)
    for step in subject.steps:
        _mails(subject, step)
        _operation(subject, step)
        _notified(subject, step)
        _child(subject, step)
    _triggers(subject)
    _name(subject)


def _name(subject: Subject) -> None:
    """The process has one name for all its cases; whatever looks like a value in it would be shown as it stands."""
    for key in ("title", "description"):
        if "${" in (getattr(subject.process, key) or ""):
            place = subject.document.place(subject.process, key)
            note = "a case is called by this and the first text that it was started with, as in `Survey for Acme`"
            said = f"the {key} of a process is text as it stands: nothing in it is filled in"
            subject.warn("W039", said, place, note if key == "title" else "", f"leave `${{ }}` out of the {key}")


def _leaf(subject: Subject, leaf: Leaf) -> None:
    if not leaf.text or "${" in leaf.text:
        return
    if isinstance(leaf.kind, Text) and _BARE.fullmatch(leaf.text):
        _bare(subject, leaf)
        return
    if isinstance(leaf.kind, Reference):
        _reference(subject, leaf, leaf.kind.kind)
    elif leaf.path[-1] == "approve":
        _approver(subject, leaf)
    elif leaf.kind == Text("user"):
        _person(subject, leaf, subject.users, "user")
    elif leaf.kind == Text("email") or leaf.path[-1] == "to":
        _person(subject, leaf, (*subject.users, *subject.groups), "user, group or address")


def _bare(subject: Subject, leaf: Leaf) -> None:
    """A name that stands outside of `${ }` would be sent as it is written."""
    scope, name, *_ = leaf.text.split(".")
    known = {"inputs": subject.process.inputs, "steps": {step.id for step in subject.steps}, "case": ("id", "url")}
    if scope not in known or name in known[scope]:
        fixed = f"${{ {leaf.text} }}"
        fix = subject.document.source.instead(leaf.node.place, leaf.text, fixed)
        note = "as it stands, it is these very letters"
        message = f"`{leaf.text}` is written without `${{ }}`"
        where = f"{leaf.key}: " if leaf.key == leaf.path[-1] else ""
        subject.report("E038", message, leaf.node.place, note, f"write `{where}{fixed}`", fix=fix)


def _reference(subject: Subject, leaf: Leaf, kind: str) -> None:
    place, name = leaf.node.place, leaf.text
    if kind in FOLDERS:
        if name not in (known := subject.library.names(kind)):
            note_at = f"the folder `{kind}/`"
            subject.unknown("E070", ONE[kind], name, place, known, note_at)
        else:
            subject.library.get(kind, name)
    elif kind in _SHARED and name not in (known := tuple(getattr(subject, kind))):
        subject.unknown(*_SHARED[kind], name, place, known, "`connections.yaml`")
    elif kind == "stages" and name not in subject.process.stages:
        subject.unknown("E037", "stage", name, place, subject.process.stages, "the list `stages` of this process")
    elif kind == "groups":
        _group(subject, leaf)


def _group(subject: Subject, leaf: Leaf) -> None:
    group = subject.groups.get(leaf.text)
    if group is None and leaf.text in subject.users:
        theirs = [name for name, found in subject.groups.items() if leaf.text in found.members]
        hint = f"write {one_of(theirs)}, where {leaf.text} is a member" if theirs else "name one of the groups"
        message = f"`{leaf.text}` is a user, and `{leaf.key}` needs a group"
        subject.report("E080", message, leaf.node.place, f"there are {one_of(subject.groups)}", hint)
    elif group is None:
        subject.unknown("E080", "group", leaf.text, leaf.node.place, tuple(subject.groups), "`people.yaml`")
    elif not group.members:
        hint = f"add somebody to `members` of `{leaf.text}` in people.yaml"
        subject.report("E082", f"nobody is in the group `{leaf.text}`", leaf.node.place, hint=hint)


def _person(subject: Subject, leaf: Leaf, known: tuple[str, ...], what: str) -> None:
    name, addresses = leaf.text, {u.email for u in subject.people.users}
    if name in known or name in addresses:
        return
    if "@" in name and what != "user":
        if not is_email(name):
            hint = f"write it like `{leaf.key}: name@example.com`"
            subject.report("E025", f"`{name}` is not an email address", leaf.node.place, hint=hint)
        return
    if name in subject.groups:
        message = f"`{name}` is a group, and `{leaf.key}` needs one user"
        hint = f"write `candidate_groups: [{name}]`" if leaf.key == "assignee" else ""
        subject.report("E081", message, leaf.node.place, hint=hint)
        return
    subject.unknown("E081", what, name, leaf.node.place, known, "`people.yaml`")


def _approver(subject: Subject, leaf: Leaf) -> None:
    """Somebody here: whoever agrees to a mail has an account."""
    if leaf.text in subject.groups:
        _group(subject, leaf)
    elif leaf.text not in subject.users:
        known = (*subject.users, *subject.groups)
        subject.unknown("E081", "user or group", leaf.text, leaf.node.place, known, "`people.yaml`")


# -- events ---------------------------------------------------------------------


def _told(subject: Subject) -> Iterator[tuple[Model | None, tuple[str | int, ...], Any]]:
    """Everything that names an event: triggers, handlers and the events of waits."""
    for n, trigger in enumerate(subject.process.triggers):
        yield subject.process, ("triggers", n), trigger
    for n, handler in enumerate(subject.process.handlers):
        if handler.when is not None:
            yield subject.process, ("handlers", n, "when"), handler.when
    for step in subject.steps:
        for n, handler in enumerate(getattr(step, "handlers", ())):
            if handler.when is not None:
                yield step, ("handlers", n, "when"), handler.when  # type: ignore[misc]
        for n, event in enumerate(getattr(step, "events", ())):
            yield step, ("events", n), event  # type: ignore[misc]


def _event(subject: Subject, owner: Model | None, path: tuple[str | int, ...], told: Any) -> None:
    document = subject.document
    if _misread(document, document.place(owner, *path, "type")):
        return  # what it listens to is not known
    public = path[0] == "triggers" and told.type == "form"
    if path[0] == "handlers" and owner is not subject.process and told.type == "form":
        hint = "write this handler below `handlers:` of the process"
        message = "a form can be listened to by the whole process only: its page belongs to the case"
        subject.report("E057", message, document.place(owner, *path, "type"), hint=hint)
    for key in () if public else _wanted(path, told):
        if getattr(told, key, None) is None and document.node(owner or told, *path, key) is None:
            place = document.place(owner, *path, "type")
            subject.report("E057", f"an event of type `{told.type}` needs `{key}`", place, hint=f"add `{key}: ...`")
    for key, kind in _BELONGS.items():
        if getattr(told, key, None) and told.type not in (kind, "event" if key == "event" else kind):
            message = f"an event of type `{told.type}` has no `{key}`; that belongs to `{kind}`"
            subject.report("E057", message, document.place(owner, *path, key))
    connection = subject.connections.get(told.connection or "")
    if connection and told.type == "webhook":
        _webhook(subject, owner, path, told, connection)


def _wanted(path: tuple[str | int, ...], told: Any) -> tuple[str, ...]:
    """What must be said of it; a mail that starts a case belongs to none, so it is one to a mailbox."""
    return ("mailbox",) if told.type == "email" and path[0] == "triggers" else _WANTED.get(told.type, ())


def _misread(document: Document, place: Place) -> bool:
    return any((p.line, p.column) == (place.line, place.column) for p in document.source.problems)


def _webhook(subject: Subject, owner: Model | None, path: Any, told: Any, connection: Connection) -> None:
    place = subject.document.place(owner, *path, "event")
    if told.event and told.event not in connection.events:
        where = f"the connection `{told.connection}`"
        subject.unknown("E077", "event", told.event, place, tuple(connection.events), where)
    elif told.event:
        known = tuple(connection.events[told.event].fields)
        for field in getattr(told, "match", ()):
            if field not in known:
                at = _key_place(subject, owner, (*path, "match"), field)
                subject.unknown("E077", "field", field, at, known, f"the event `{told.event}`")
    if connection.webhook_secret is None:
        note = "without a secret nobody can tell a real event from a made-up one"
        hint = f"add `webhook_secret: {str(told.connection).upper()}_SECRET` to it in connections.yaml"
        at = subject.document.place(owner, *path, "connection")
        subject.report("E078", f"the connection `{told.connection}` takes no events", at, note, hint)


def _key_place(subject: Subject, owner: Any, path: tuple[str | int, ...], key: str) -> Any:
    table = subject.document.node(owner, *path)
    entry = table.entry(key) if table is not None and hasattr(table, "entry") else None
    return entry.key.place if entry else subject.document.place(owner, *path)


# -- what steps use ---------------------------------------------------------------


def _mails(subject: Subject, step: Any) -> None:
    for name in step.mails():
        if subject.library.get("emails", name) is None:
            note = f"where no template is named, `{name}` is sent"
            place = subject.document.place(step)
            message = f"{named(step)} sends the template `{name}`, and there is none"
            subject.report("E070", message, place, note, f"write `emails/{name}.md`, or name a template")


def _operation(subject: Subject, step: Any) -> None:
    connection = subject.connections.get(getattr(step, "connection", ""))
    operation = getattr(step, "operation", "")
    if connection is None or not operation:
        return
    place = subject.document.place(step, "operation")
    if operation not in connection.operations:
        where = f"the connection `{step.connection}`"
        subject.unknown("E077", "operation", operation, place, tuple(connection.operations), where)
    elif connection.base_url is None:
        hint = "add `base_url: https://...` to it in connections.yaml"
        message = f"the connection `{step.connection}` cannot be called: it has no address"
        subject.report("E078", message, subject.document.place(step, "connection"), hint=hint)


def _notified(subject: Subject, step: Any) -> None:
    connection = subject.connections.get(getattr(step, "connection", ""))
    if step.type == "notify" and connection is not None and not connection.notify:
        hint = f"add `notify: {str(step.connection).upper().replace('-', '_')}_URL` to it in connections.yaml"
        message = f"the connection `{step.connection}` cannot be told anything: it does not say where to"
        subject.report("E078", message, subject.document.place(step, "connection"), hint=hint)


def _child(subject: Subject, step: Any) -> None:
    child = getattr(step, "process", "")
    wanted = subject.inputs_of(child) if child else None
    if wanted is not None:
        _given(subject, step, ("inputs",), f"process `{child}`", wanted, step.inputs)


def _triggers(subject: Subject) -> None:
    wanted = subject.process.inputs
    for n, trigger in enumerate(subject.process.triggers):
        if trigger.type in ("webhook", "event", "schedule", "email") or (trigger.type == "form" and trigger.form):
            path = ("triggers", n, "inputs")
            _given(subject, subject.process, path, "this process", wanted, trigger.inputs)


def _given(
    subject: Subject, owner: Model, path: tuple[str | int, ...], what: str, wanted: Mapping[str, Input], given: Any
) -> None:
    """Every input that is needed is given, and no other."""
    node = subject.document.node(owner, *path)
    if node is not None and not isinstance(node, Table):
        return
    for name in given:
        if name not in wanted:
            near = suggest(name, wanted)
            note = "" if near else f"it has {one_of(wanted)}" if wanted else "it has no inputs"
            hint = f"did you mean `{near}`?" if near else ""
            place = _key_place(subject, owner, path, name)
            fix = subject.document.source.instead(place, name, certain(name, wanted))
            subject.report("E036", f"{what} has no input `{name}`", place, note, hint, fix=fix)
    guessed = {suggest(name, wanted) for name in given if name not in wanted}
    for name, spec in wanted.items():
        if name not in given and name not in guessed and not spec.optional and spec.default is None:
            place = subject.document.place(owner, *path)
            subject.report("E036", f"{what} needs the input `{name}`", place, hint=f"add `{name}: ${{ ... }}`")
