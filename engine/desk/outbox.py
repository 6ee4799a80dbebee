"""The outbox as staff see it: what waits and why, changed or stopped before it leaves; and the switch for all of it."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from activities.outgoing import Outgoing
from activities.packing import packed, unpacked
from activities.posting import suppressed
from engine.desk.agreeing import is_decided, mark_of
from engine.desk.answers import BadInputs, DeskError, NotOpen, NotThere
from engine.desk.tasks import Tasks
from engine.gateways.outcome import Refused
from engine.gateways.pictures import pictures
from engine.gateways.rendering import Brand, Renderer, RenderFailed
from engine.language.library import workspace_definitions
from engine.language.resources import EmailTemplate
from engine.language.restraint import CLASSES
from engine.language.roster import connections_of
from engine.language.staff import identity
from engine.postman.delivery import withdraw
from engine.runtime.view import TaskView
from engine.store import holds, outbox, tasks
from engine.store.holds import ALL, Hold
from engine.store.policy import Suppress
from engine.store.rows import OutboxRow

SETTLED = timedelta(seconds=40)
"""How long a mail can be under way at most when a hold begins: the sender's own limits are shorter."""


@dataclass(frozen=True)
class Message:
    """A message of the outbox. `text`, `html` and `attachments` are known only while it waits."""

    row: OutboxRow
    text: str = ""
    html: str = ""
    attachments: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    mark: str = ""
    """Names what it says now, for whoever agrees to it."""


class Outbox(Tasks):
    async def outbox(
        self,
        states: Collection[str] = (),
        to: str = "",
        case: str = "",
        class_: str = "",
        newest: int = 0,
    ) -> tuple[OutboxRow, ...]:
        """Messages in the order in which they were written; see `store.outbox.listing`."""
        return await self.store.read(
            lambda c: outbox.listing(c, states=states, to=to, case=case, class_=class_, newest=newest)
        )

    async def message(self, named: str) -> Message:
        """One message by its number or its key. Raises NotThere."""
        row = await self._message(named)
        if row.mail is None:
            return Message(row)
        mail = unpacked(row.mail).mail
        return Message(row, mail.text, mail.html, tuple(a.name for a in mail.attachments), mail.cc, mark_of(row))

    async def edit_message(self, named: str, *, subject: str = "", body: str = "", by: str = "") -> OutboxRow:
        """Another subject, or another text (Markdown; button and footer stay), for a message that waits.

        Raises NotThere, NotOpen for one that has left or that somebody has agreed to, BadInputs.
        """
        row = await self._waiting(named)
        out = unpacked(row.mail or b"")
        task = await self._approval(row)
        if out.approved_by or (row.code == "approval" and task is None):
            raise _agreed(row)
        try:
            out = await self._written_anew(out, subject or out.mail.subject, body)
        except (Refused, RenderFailed) as problem:
            raise BadInputs({"subject" if not body else "body": problem.message}) from problem
        who = identity(self.staff(), by) or "somebody"

        def edit(c: Connection) -> bool:
            changed = outbox.edit(c, row, out.mail.subject, packed(out), who)
            if task and is_decided(c, task):  # nothing of this is written then
                raise _agreed(row)
            return changed

        if not await self.store.write(edit):
            raise NotOpen(f"message {row.seq} has just left, or was changed by somebody else")
        return await self._message(named)

    async def cancel_message(self, named: str, reason: str, *, by: str = "") -> OutboxRow:
        """It will never leave; its step takes its `on_suppressed` way. Raises NotThere, NotOpen, BadInputs."""
        if not reason.strip():
            raise BadInputs({"reason": "Please say why it must not leave."})
        row = await self._waiting(named)
        if row.code == "approval":
            await self.decide_on_message(named, "reject", comment=reason, by=by)
            return row
        who, now = identity(self.staff(), by), self.clock()
        mail = unpacked(row.mail or b"").mail
        why = f"stopped by {who or 'somebody'}: {reason.strip()}"
        result = suppressed(mail, Suppress(why, "cancelled"), who)
        if not await self.store.write(lambda c: withdraw(c, row, result, "cancelled", "cancelled", why, now, who)):
            raise NotOpen(f"message {row.seq} has just left")
        self.nudge()
        return await self._message(named)

    async def cancel_class(self, class_: str, reason: str, *, by: str = "") -> int:
        """None of this class that waits now will ever leave, but for those that somebody has to agree to. How many
        they were. Raises BadInputs."""
        _scope(class_, "")
        rows = await self.outbox(outbox.WAITING, class_=class_)
        cancelled = 0
        for row in rows:
            if row.code != "approval":
                with suppress(NotOpen):  # it has left meanwhile
                    await self.cancel_message(str(row.seq), reason, by=by)
                    cancelled += 1
        return cancelled

    async def decide_on_message(
        self, named: str, outcome: str, *, comment: str = "", by: str = "", seen: str = ""
    ) -> None:
        """`approve` or `reject` (with a comment) a message that somebody has to agree to: finishes its task.

        `seen` is the mark of the message as it was read. Without it only one is agreed to that nobody else has
        changed. Raises NotThere, NotOpen, BadInputs, and DeskError for one that waits for something else.
        """
        row = await self._waiting(named)
        task = await self._approval(row)
        if task is None:
            raise DeskError(f"nobody has to agree to message {row.seq}; it waits because {row.reason or row.code}")
        await self.complete(task.id, outcome, comment=comment, by=by, seen=seen)

    async def _approval(self, row: OutboxRow) -> TaskView | None:
        """The open task in which somebody has to agree to a message."""
        known = await self.store.read(lambda c: tasks.of_case(c, row.case))
        return next((t for t in known if t.mail == row.key and t.status == "open"), None)

    async def send_message_now(self, named: str, *, by: str = "") -> OutboxRow:
        """It need not wait for its undo window. Raises NotThere, NotOpen, DeskError where somebody has to agree."""
        row, who, now = await self._waiting(named), identity(self.staff(), by), self.clock()
        if row.not_before is None:
            raise DeskError(f"{row.reason}; `baton outbox approve {row.seq}` says so")
        await self.store.write(lambda c: outbox.due_now(c, row.key, who, now))
        return await self._message(named)

    async def hold_mail(self, class_: str = "", sender: str = "", reason: str = "", *, by: str = "") -> int:
        """Stop all sending, or that of a class or a sender: when this returns, nothing more leaves.

        How many messages were still being handed over after 40 seconds (none, unless a sender has just died).
        Raises BadInputs.
        """
        scope, who, now = _scope(class_, sender), identity(self.staff(), by), self.clock()
        self._known(sender)
        await self.store.write(lambda c: holds.hold(c, scope, who, reason.strip(), now))
        left, end = 1, asyncio.get_running_loop().time() + SETTLED.total_seconds()
        while left and asyncio.get_running_loop().time() < end:
            left = await self.store.read(lambda c: holds.under_way(c, scope))
            await asyncio.sleep(0.05 if left else 0)
        return left

    async def release_mail(self, class_: str = "", sender: str = "") -> Hold:
        """Let what is on hold leave, in its order. The hold that it was. Raises NotThere where nothing was."""
        scope = _scope(class_, sender)
        known = next((h for h in await self.on_hold() if h.scope == scope), None)
        if known is None or not await self.store.write(lambda c: holds.release(c, scope)):
            raise NotThere(f"nothing of this is on hold: {scope}; `baton outbox` shows what is")
        return known

    def _known(self, sender: str) -> None:
        """Raises BadInputs where connections.yaml has other senders: a misspelt one would hold nothing."""
        written = connections_of(self.settings.workspace)()
        if not sender or written is None or sender in written.senders:
            return
        known = f"known are {', '.join(written.senders)}" if written.senders else "connections.yaml has none"
        raise BadInputs({"sender": f"There is no sender `{sender}`; {known}."})

    async def on_hold(self) -> tuple[Hold, ...]:
        return await self.store.read(holds.listing)

    async def _message(self, named: str) -> OutboxRow:
        row = await self.store.read(lambda c: outbox.named(c, named))
        if row is None:
            raise NotThere(f"there is no message `{named}`; `baton outbox` lists them with their numbers")
        return row

    async def _waiting(self, named: str) -> OutboxRow:
        row = await self._message(named)
        if row.state not in outbox.WAITING:
            raise NotOpen(f"message {row.seq} does not wait any more: it is {row.state}")
        return row

    async def _written_anew(self, out: Outgoing, subject: str, body: str) -> Outgoing:
        subject = " ".join(subject.split())
        if not body.strip():
            return replace(out, mail=replace(out.mail, subject=subject))
        # What somebody types is text, and never a template: no brace of it means anything.
        template = EmailTemplate(subject="-", body=_plain(body), button=_plain(out.button) or None)
        renderer = Renderer(size=1, seconds=10.0)
        try:
            brand = Brand(self.settings.name)
            rendered = await renderer.mail(
                template, {"brace_": "{"}, brand, link=out.link, leave=out.leave, locale=out.locale
            )
        finally:
            await renderer.aclose()
        shown = pictures(workspace_definitions(self.settings.workspace) / "images", rendered.html)
        mail = replace(out.mail, subject=subject, text=rendered.text, html=rendered.html, images=shown)
        return replace(out, mail=mail)


def _agreed(row: OutboxRow) -> NotOpen:
    return NotOpen(f"message {row.seq} leaves as somebody has agreed to it; `baton outbox kill {row.seq}` stops it")


def _plain(text: str) -> str:
    return text.replace("{", "${ brace_ }")


def _scope(class_: str, sender: str) -> str:
    if class_ and sender:
        raise DeskError("say a class or a sender, not both")
    if class_ and class_ not in (*CLASSES, "staff"):
        raise BadInputs({"class": f"There is no class `{class_}`; known are {', '.join((*CLASSES, 'staff'))}."})
    return f"class {class_}" if class_ else f"sender {sender}" if sender else ALL


def words_of(row: OutboxRow, zone: Any) -> str:
    """How a message stands, in a few words: `held until 12:05 because ...`."""
    until = f" until {row.not_before.astimezone(zone):%Y-%m-%d %H:%M}" if _timed(row) and row.not_before else ""
    because = f": {row.reason}" if row.reason else ""
    return f"{row.state}{until}{because}"


def _timed(row: OutboxRow) -> bool:
    return row.state in outbox.WAITING and row.code not in ("hold", "lane", "behind")
