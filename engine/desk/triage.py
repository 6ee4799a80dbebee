"""Mail that waits for somebody: look at it, give it to a case, begin one with it, or put it aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.desk.answers import BadInputs, DeskError, NotOpen, NotThere, Started
from engine.desk.named import named
from engine.desk.publishing import Publishing
from engine.desk.telling import Telling
from engine.language.evaluator import EvaluationError
from engine.language.inputs import BadValues
from engine.language.problems import one_of
from engine.language.process import REPLY, Trigger, mailed_to
from engine.language.staff import identity
from engine.language.values import encode
from engine.mailroom.reasons import sentence
from engine.opening import SIGNAL, Opening, open_case, prepare
from engine.runtime.replies import takes_mail
from engine.runtime.state import State
from engine.runtime.triggers import mapped
from engine.shelf import Edition
from engine.store import files, inbox, mails, matching, misfires, states, triage
from engine.store.rows import Arrival, CaseDetail
from engine.store.triage import TriageRow


@dataclass(frozen=True)
class WaitingMail:
    """A mail in triage with what it says. `reason` is a sentence; `row` has its code, and the case that it seems to
    belong to. `raw` is the mail as it came."""

    row: TriageRow
    reason: str
    event: Mapping[str, Any]
    raw: bytes


class Triage(Telling, Publishing):
    async def waiting_mails(self) -> tuple[TriageRow, ...]:
        """The mails that wait, the newest first."""
        return await self.store.read(triage.listing)

    async def waiting_mail(self, mail: str) -> WaitingMail:
        """One mail, whether or not it still waits; `mail` is its id, or the beginning of it. Raises NotThere."""
        row = await self._mail(mail)
        event = await self.store.read(lambda c: triage.event_of(c, row.mail))
        kept = await self.store.read(lambda c: mails.get(c, row.mail))
        return WaitingMail(row, sentence(row.reason, row.why), event, kept.raw if kept else b"")

    async def attach_mail(self, mail: str, case: str = "", step: str = "", *, by: str) -> str:
        """Let a mail go on with a case, as if it had come to it by itself; without a case, the one that it seems to
        belong to. `step` is the id or the path of an open step that takes mail. The case's id.

        Raises NotThere, NotOpen, DeskError where nothing in the case takes mail.
        """
        row = await self._undecided(mail)
        if not (case or row.case):
            raise DeskError(f"say which case: nobody knows where {_short(row)} belongs")
        found = await self._running(case or row.case)
        event = await self.store.read(lambda c: triage.event_of(c, row.mail))
        path, page = await self._place(found, row, step)
        who = identity(self.staff(), by)
        told = {**event, "thread": page or event.get("thread", "")}
        note = self._note(row, found, path, f"A mail from {row.sender or 'somebody'} was given to it by {who}", who)
        await self.store.write(lambda c: self._attach(c, row, found.summary.id, path, told, note, who))
        self.nudge()
        return found.summary.id

    async def start_by_mail(self, mail: str, process: str, raw: Mapping[str, Any], *, by: str) -> Started:
        """Begin a case with a mail: the inputs are those that the process's email trigger makes of it, and `raw` in
        their place. Raises NotThere, NotOpen, BadInputs, DeskError."""
        row = await self._undecided(mail)
        edition = await self.edition(process, None)
        event = await self.store.read(lambda c: triage.event_of(c, row.mail))
        who = identity(self.staff(), by)
        trigger = _trigger(edition, row.mailbox)
        inputs = self._inputs(edition, trigger, event, raw)
        once = f"{row.mail}/{process}"
        more: dict[str, Any] = {"trigger": trigger, "event": event} if trigger else {}
        opening = prepare(self.settings, edition, inputs, self.clock(), once, by=who, **more)
        case, existing = await self.store.write(lambda c: self._start(c, row, opening, event, who))
        self.nudge()
        return Started(case, existing)

    async def dismiss_mail(self, mail: str, reason: str, *, by: str) -> None:
        """Put a mail aside; it is kept, and waits no longer. Raises NotThere, NotOpen, DeskError without a reason."""
        row = await self._undecided(mail)
        if not reason.strip():
            raise DeskError("say why it is put aside: somebody may ask")
        who = identity(self.staff(), by)
        await self.store.write(lambda c: self._dismiss(c, row, reason.strip(), who))

    # -- finding ----------------------------------------------------------------

    async def _mail(self, mail: str) -> TriageRow:
        found = await named(self.store, mail, prefix="mail-", many="mails", get=triage.get, beginning=triage.beginning)
        if found is None:
            raise NotThere(f"there is no mail `{mail}`; `baton triage` lists those that wait")
        return found

    async def _undecided(self, mail: str) -> TriageRow:
        row = await self._mail(mail)
        if row.outcome:
            raise NotOpen(f"{_short(row)} was {row.outcome} by {row.by} already: {row.note}")
        if not row.waits:
            raise NotOpen(f"{_short(row)} does not wait: it has found its place by itself")
        return row

    async def _place(self, case: CaseDetail, row: TriageRow, step: str) -> tuple[str, str]:
        """Path and page of the step that takes the mail; empty where a handler, or a step to come, takes it."""
        plan, name = await self.plan_of(case), case.summary.id
        if not takes_mail(plan):
            raise DeskError(f"nothing in `{name}` takes mail; tell it with `baton give` or do its task")
        state = State.load(await self.store.read(lambda c: states.current(c, name)))
        open_ = {path: record.page(path) for path, record in state.steps.items() if _takes(state, path)}
        if step:
            chosen = [path for path in open_ if step in (path, state.steps[path].id)]
            if not chosen:
                raise NotThere(f"`{name}` is not at a step `{step}` that takes mail; {_those(open_)}")
            return chosen[-1], open_[chosen[-1]]
        guess = [path for path, page in open_.items() if row.path and page == row.path and row.case == name]
        if len(open_) > 1 and not guess:
            raise DeskError(f"several steps of `{name}` take mail; say which with --step: {one_of(sorted(open_))}")
        path = next(iter((*guess, *open_)), "")
        return path, open_.get(path, "")

    def _inputs(
        self, edition: Edition, trigger: Trigger | None, event: Mapping[str, Any], raw: Mapping[str, Any]
    ) -> dict[str, Any]:
        try:
            made = mapped(trigger, event, self.clock) if trigger else {}
            return self.values(edition.plan).read_all(edition.plan.process.inputs, {**made, **raw})
        except EvaluationError as problem:
            raise DeskError(f"the mail does not give what the process needs: {problem}") from problem
        except BadValues as problem:
            raise BadInputs(problem.problems) from problem

    # -- writing ----------------------------------------------------------------

    def _attach(
        self, c: Connection, row: TriageRow, case: str, path: str, event: Mapping[str, Any], note: Arrival, by: str
    ) -> None:
        self._close(c, row, "attached", f"to {case}", by)
        if inbox.accept(c, note):
            inbox.deliver_to(c, note.id, case, SIGNAL)
            inbox.routed(c, note.id)
        triage.move(c, row.mail, state="routed", event=event, name=REPLY, case=case, to=path)
        triage.give_files(c, event, case)
        inbox.deliver_again(c, row.mail, case)

    def _start(
        self, c: Connection, row: TriageRow, opening: Opening, event: Mapping[str, Any], by: str
    ) -> tuple[str, bool]:
        (arrival,) = inbox.load(c, [row.mail])
        case, existing = open_case(c, opening, arrival)
        if existing:
            raise DeskError(f"a case with the same key is running: give the mail to {case} with `baton triage attach`")
        self._close(c, row, "started", case, by)
        inbox.routed(c, row.mail, "opened")
        triage.give_files(c, event, case)
        return case, existing

    def _dismiss(self, c: Connection, row: TriageRow, reason: str, by: str) -> None:
        self._close(c, row, "dismissed", reason, by)
        inbox.routed(c, row.mail, "dismissed")
        files.drop_of_nobody(c, f"{row.mail}-")

    def _close(self, c: Connection, row: TriageRow, outcome: str, note: str, by: str) -> None:
        matching.one_at_a_time(c, [mailed_to(row.mailbox)])  # nor does a case take it that begins to listen just now
        misfires.settle(c, row.mail, by)
        if not triage.close(c, row, outcome, note, by, self.clock()):
            raise NotOpen(f"{_short(row)} waits no longer: somebody else has just decided, or a case took it")

    def _note(self, row: TriageRow, case: CaseDetail, path: str, text: str, by: str) -> Arrival:
        name, data = case.summary.id, encode({"text": text, "path": path})
        unique = f"{row.mail}-given-{name}"
        return Arrival(unique, "operator", unique, "operator", "note", name, "", by, data, self.clock())


def _takes(state: State, path: str) -> bool:
    """Whether the step at this path is open and takes mail now."""
    record = state.steps[path]
    if record.closed or "over" in record.memo:
        return False
    return any(accept["kind"] == "email" for accept in record.memo.get("accepts", ()))


def _trigger(edition: Edition, mailbox: str) -> Trigger | None:
    """The process's trigger for this mailbox, or else for another one."""
    found = [t for t in edition.plan.process.triggers if t.type == "email"]
    return next((t for t in found if t.mailbox == mailbox), found[0] if found else None)


def _short(row: TriageRow) -> str:
    return f"the mail {row.mail}"


def _those(paths: Mapping[str, str]) -> str:
    return f"those that do are {one_of(sorted(paths))}" if paths else "none of its open steps takes mail"
