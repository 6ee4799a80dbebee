"""Pages for people outside: what the holder of a link sees, and what comes back from them."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, NoReturn

from sqlalchemy import Connection

from engine.desk import uploads
from engine.desk.answers import CONSENT, DeskError, FileContent, LinkKind, LinkView, NotOpen, NotThere
from engine.desk.documents import document_of, signer_name
from engine.desk.forms import page, questions
from engine.desk.ground import Ground, finish_id, hand_over, vote_id
from engine.desk.opened import OpenedLink, page_of
from engine.gateways.tokens import LINK_LIFE, is_token_of, link_token, link_url, token_hash
from engine.language.inputs import BadValues
from engine.language.problems import one_of
from engine.language.staff import identity
from engine.language.values import decode, encode
from engine.runtime.rounds import page_path, plain_path
from engine.runtime.state import State
from engine.runtime.view import TaskView
from engine.store import files, inbox, links, moves, signatures, states
from engine.store.rows import Arrival, LinkRow, SignatureRow

MAX_NAME = 200
MAX_REASON = 2_000
GLANCES = 20  # at a tenth of a second: a link can be opened a moment before its turn has been shown


class Links(Ground):
    async def link_for(self, case: str, path: str, kind: LinkKind, recipient: str) -> str:
        """The address of a page for one person; it works for LINK_LIFE. Raises NotThere for an unknown case."""
        await self.case(case)
        token = link_token(self.settings.key(), case, path, kind, recipient)
        until = self.clock() + LINK_LIFE
        await self.store.write(lambda c: links.put(c, token_hash(token), case, path, kind, recipient, until))
        return link_url(self.settings.base_url, kind, token)

    async def page_link(self, case: str, step: str, recipient: str = "") -> str:
        """The address of the page of an open step, or of a handler's form, for one person.

        Without a recipient it is whoever the step waits for. Raises NotThere, and
        DeskError where nobody is named, or several are, or the recipient is not asked to sign.
        """
        found = await self.case(case)
        path, kind, readers = page_of(found, await self.plan_of(found), step)
        if kind == "signature" and recipient and recipient not in readers:
            raise DeskError(f"{recipient} is not asked to sign; {step} asks {one_of(readers) or 'nobody now'}")
        if not recipient and len(readers) != 1:
            asks = f"`{step}` asks {one_of(readers)}" if readers else f"`{step}` waits for nobody in particular"
            raise DeskError(f"say whose page it is, with --for ADDRESS: {asks}")
        round_ = State.load(await self.store.read(lambda c: states.current(c, case))).rounds.get(path, 0)
        return await self.link_for(case, page_path(path, round_), kind, recipient or readers[0])

    async def case_link(self, case: str, recipient: str) -> str:
        """The address of a case's own page for a colleague: where it stands and what comes next. Raises NotThere."""
        return await self.link_for(case, "", "case", recipient)

    async def open_link(self, token: str) -> LinkView | None:
        """What the holder of the link may see; None where there is no such link, or it has expired."""
        found = await self._find(token)
        return await self._view(found) if found else None

    async def answer(self, token: str, raw: Mapping[str, Any], submission: str = "") -> dict[str, str]:
        """Take the answers of a form; a sentence for each question that is not answered rightly, {} when stored.

        A form that may be sent again counts once for each `submission`.

        Answers that come too late are kept and shown on the case; then NotOpen
        is raised. Raises NotThere for a link that does not exist.
        """
        found = await self._must_find(token, "form", "case_form")
        raw, sent = uploads.stored_as(raw, found.row.hash)
        try:
            answers = self.values(found.plan).read(questions(found.plan, found.form), raw)
        except BadValues as problem:
            return problem.problems
        if sent:
            await self.store.write(lambda c: uploads.store(c, found.row.case, sent))
        kind = "form" if found.row.kind == "case_form" else "answer"
        await self._keep(found, self._sent(found, kind, {"answers": answers}, found.form or "", submission))
        return {}

    async def sign(self, token: str, typed_name: str, consent: bool, ip: str, agent: str) -> dict[str, str]:
        """Sign the document of a link: evidence and event in one transaction. Errors by field, {} when signed.

        Raises NotThere, NotOpen.
        """
        found = await self._must_find(token, "signature")
        if problems := _unsigned(typed_name, consent):
            return problems
        document = await self._document(found)
        if found.state != "open" or document is None:
            raise NotOpen("this document cannot be signed any more")
        evidence = SignatureRow(
            case=found.row.case,
            path=found.row.path,
            signer_name=await self._signer_name(found),
            signer_email=found.row.recipient,
            typed_name=" ".join(typed_name.split()),
            consent=CONSENT,
            signed_at=self.clock(),
            ip=ip[:100],
            user_agent=agent[:500],
            document_sha256=document.sha256,
        )
        signed = {"outcome": "signed", "signer": found.row.recipient, "document": document.sha256}
        arrival = self._sent(found, "signature", signed)
        fresh = await self.store.write(lambda c: _record(c, arrival, evidence))
        self.nudge()
        if not fresh:
            await self._second(arrival)
        return {}

    async def decline(self, token: str, reason: str) -> dict[str, str]:
        """Decline to sign. Errors by field, {} when stored. Raises NotThere, NotOpen."""
        found = await self._must_find(token, "signature")
        said = reason.strip()
        if not said:
            return {"reason": "Please tell us why, in a few words."}
        if len(said) > MAX_REASON:
            return {"reason": f"Please use at most {MAX_REASON:,} characters."}
        if found.state != "open":
            raise NotOpen("this document is closed")
        document = await self._document(found)
        declined = {"outcome": "declined", "signer": found.row.recipient, "reason": said}
        arrival = self._sent(found, "signature", declined | ({"document": document.sha256} if document else {}))
        if not await self.deliver(arrival):
            await self._second(arrival)
        return {}

    async def file(self, file: str) -> FileContent:
        """A stored file with its content. Raises NotThere."""
        row = await self.store.read(lambda c: files.get(c, file))
        if row is None:
            raise NotThere(f"there is no file `{file}`")
        return FileContent(row.id, row.name, row.mime, row.sha256, row.content)

    async def _find(self, token: str) -> OpenedLink | None:
        row = await self.store.read(lambda c: links.find(c, token_hash(token)))
        if row is None or row.expires_at <= self.clock():
            return None
        if not is_token_of(token, self.settings.key(), row.case, row.path, row.kind, row.recipient):
            return None
        plain = plain_path(row.path)
        now_at = await self.store.read(lambda c: moves.now_at(c, row.case, plain))
        return await self._opened(replace(row, path=now_at), row.path)

    async def _opened(self, row: LinkRow, page: str) -> OpenedLink:
        """The link with its case, as soon as the turn that sent it has been shown."""
        found = await self._seen(row, page)
        for _ in range(GLANCES):
            if found.shown:
                break
            await asyncio.sleep(0.1)
            found = await self._seen(row, page)
        if found.repeats:
            return found
        ids = [_arrival_id(row), *(self._finishes(found.task, row.recipient) if found.task else ())]
        answered = await self.store.read(lambda c: inbox.load(c, ids))
        return replace(found, answered=answered[0]) if answered else found

    def _finishes(self, task: TaskView, recipient: str) -> tuple[str, str]:
        """The arrivals after which the page of a task has been answered: its end, or this person's vote."""
        return finish_id(task.id), vote_id(task.id, identity(self.staff(), recipient))

    async def _seen(self, row: LinkRow, page: str) -> OpenedLink:
        case = await self.case(row.case)
        return OpenedLink(row, case, await self.plan_of(case), page=page)

    async def _must_find(self, token: str, *kinds: LinkKind) -> OpenedLink:
        found = await self._find(token)
        if found is None or found.row.kind not in kinds:
            raise NotThere("there is no such page")
        return found

    async def _view(self, found: OpenedLink) -> LinkView | None:
        if found.task is None and found.row.kind == "task":
            return None
        scope = {"inputs": decode(found.case.inputs_json), "case": {"id": found.row.case}}
        form = page(found.plan, found.form, scope, self.clock) if found.form else None
        answer = decode(found.answered.data_json) if found.answered else {}
        return LinkView(
            kind=found.kind,
            state=found.state,
            case=found.row.case,
            path=found.row.path,
            recipient=found.row.recipient,
            title=found.title or (form.title if form else found.plan.process.title),
            process_title=found.plan.process.title,
            form=form,
            task=found.task_now,
            document=await self._document(found),
            answers=answer.get("answers", answer),
            answered_at=found.answered.received_at if found.answered else None,
            expires_at=found.row.expires_at,
            voted=self._voted(found),
        )

    def _voted(self, found: OpenedLink) -> bool:
        who = identity(self.staff(), found.row.recipient)
        return found.task is not None and any(vote["by"] == who for vote in found.task.votes)

    async def _document(self, found: OpenedLink) -> FileContent | None:
        row = await document_of(self.store, found) if found.state != "closed" else None
        return FileContent(row.id, row.name, row.mime, row.sha256, row.content) if row else None

    async def _signer_name(self, found: OpenedLink) -> str:
        return await signer_name(self.store, found.case, found.step, found.row.recipient, self.clock)

    def _sent(self, found: OpenedLink, kind: str, data: Mapping[str, Any], name: str = "", once: str = "") -> Arrival:
        again = f"-{_page_as_sent(once, data)}" if found.repeats else ""
        return Arrival(
            id=_arrival_id(found.row) + again,
            source="link",
            source_id=found.row.hash + again,
            kind=kind,
            name=name or kind,
            case=found.row.case,
            to=found.row.path,
            by=found.row.recipient,
            data_json=encode(data),
            received_at=self.clock(),
        )

    async def _keep(self, found: OpenedLink, arrival: Arrival) -> None:
        """Deliver an answer. A second, different one is kept as an event of its own: the case shows it as late."""
        if await self.deliver(arrival):
            if found.state != "open":
                raise NotOpen("this page is closed")
            return
        if (await self._first(arrival)).data_json != arrival.data_json:
            await self._too_late(arrival)

    async def _second(self, arrival: Arrival) -> None:
        """The same signer was first, a moment ago, in another window: fine where the outcome is the same."""
        first = decode((await self._first(arrival)).data_json)
        if first["outcome"] != decode(arrival.data_json)["outcome"]:
            # By another name, lest a wait that is still open for the other signers takes it.
            await self._too_late(replace(arrival, name="second answer"))

    async def _first(self, arrival: Arrival) -> Arrival:
        return (await self.store.read(lambda c: inbox.load(c, [arrival.id])))[0]

    async def _too_late(self, arrival: Arrival) -> NoReturn:
        other = sha256(arrival.data_json.encode()).hexdigest()[:12]
        await self.deliver(replace(arrival, id=f"{arrival.id}-{other}", source_id=f"{arrival.source_id}-{other}"))
        raise NotOpen("this page was answered before")


def _record(c: Connection, arrival: Arrival, evidence: SignatureRow) -> bool:
    """Event and evidence together; False, and nothing is written, where this link was answered before."""
    if not hand_over(c, arrival):
        return False
    signatures.record(c, evidence)
    return True


def _arrival_id(row: LinkRow) -> str:
    return f"link-{row.hash[:24]}"


def _page_as_sent(once: str, data: Mapping[str, Any]) -> str:
    """The same page sent twice with the same answers is one thing; sent again with others it is another."""
    return sha256(f"{once}{encode(data)}".encode()).hexdigest()[:24] if once else secrets.token_hex(6)


def _unsigned(typed_name: str, consent: bool) -> dict[str, str]:
    name = typed_name.strip()
    problems = {}
    if len(name) < 2:
        problems["typed_name"] = "Please type your full name."
    if len(name) > MAX_NAME:
        problems["typed_name"] = f"Please use at most {MAX_NAME} characters."
    if not consent:
        problems["consent"] = "Please tick the box if you agree."
    return problems
