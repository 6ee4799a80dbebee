"""Starting a case: by hand, by a public form."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.desk import uploads
from engine.desk.answers import BadInputs, DeskError, FileContent, FormPage, NotThere, Started
from engine.desk.forms import page, questions
from engine.desk.publishing import Publishing
from engine.language.evaluator import EvaluationError
from engine.language.inputs import BadValues
from engine.language.process import Trigger
from engine.language.staff import identity
from engine.language.values import encode
from engine.opening import Opening, open_case, prepare
from engine.routing import trigger_inputs
from engine.shelf import Edition
from engine.store import inbox
from engine.store.queue import QUEUED
from engine.store.rows import Arrival


class Starting(Publishing):
    async def start(
        self,
        process: str,
        raw: Mapping[str, Any],
        *,
        by: str = "",
        source: str = "cli",
        source_id: str | None = None,
        version: int | None = None,
    ) -> Started:
        """Start a case of the live version, or of another one, with inputs as people typed them.

        Raises BadInputs with everything that is missing, wrong or unknown, and
        NotThere. The same `source_id` again gives the case that it started.
        """
        edition = await self.edition(process, version)
        try:
            inputs = self.values(edition.plan).read_all(edition.plan.process.inputs, raw)
        except BadValues as problem:
            raise BadInputs(problem.problems) from problem
        return await self._open(edition, inputs, by, source, source_id)

    async def public_form(self, process: str, trigger: str) -> FormPage:
        """The form that starts a case: the trigger's own, or the process's inputs. Raises NotThere."""
        edition, found = await self._form_trigger(process, trigger)
        return page(edition.plan, found.form, {}, self.clock)

    async def submit_form(
        self, process: str, trigger: str, raw: Mapping[str, Any], *, source_id: str | None = None
    ) -> Started:
        """Start a case with the answers of its public form. Raises BadInputs by question, NotThere."""
        edition, found = await self._form_trigger(process, trigger)
        values = self.values(edition.plan)
        raw, sent = uploads.stored_as(raw, f"{process}/{trigger}/{source_id or secrets.token_hex(16)}")
        try:
            answers = values.read(questions(edition.plan, found.form), raw)
            if found.inputs:
                answers = trigger_inputs(self.settings, edition, found, {"answers": answers}, self.clock)
        except BadValues as problem:
            raise BadInputs(problem.problems) from problem
        except EvaluationError as problem:
            raise DeskError(f"the form does not give what the process needs: {problem}") from problem
        return await self._open(edition, answers, "", f"form:{process}/{trigger}", source_id, sent, found)

    async def _form_trigger(self, process: str, trigger: str) -> tuple[Edition, Trigger]:
        edition = await self.shelf.live(process)
        triggers = edition.plan.process.triggers if edition else ()
        found = next((t for t in triggers if t.id == trigger and t.type == "form"), None)
        if edition is None or found is None:
            raise NotThere("there is no such form")
        return edition, found

    async def _open(
        self,
        edition: Edition,
        inputs: Mapping[str, Any],
        by: str,
        source: str,
        source_id: str | None,
        sent: tuple[FileContent, ...] = (),
        trigger: Trigger | None = None,
    ) -> Started:
        """Open the case, with its start and the files that came with it, in one transaction."""
        once = f"{source}/{source_id}" if source_id else ""
        who = identity(self.staff(), by)
        opening = prepare(self.settings, edition, inputs, self.clock(), once, by=who, trigger=trigger)
        arrival = Arrival(
            id=f"start-{opening.new.id}",
            source=source,
            source_id=source_id or opening.new.id,
            kind="start",
            name=edition.process,
            case=opening.new.id,
            to="",
            by=by,
            data_json=encode({}),
            received_at=opening.new.started_at,
        )
        case, existing = await self.store.write(lambda c: _once(c, opening, arrival, sent))
        self.nudge()
        queued = opening.if_running == "queue" and (await self.case(case)).summary.health == QUEUED
        return Started(case, existing, queued)


def _once(c: Connection, opening: Opening, arrival: Arrival, sent: tuple[FileContent, ...]) -> tuple[str, bool]:
    if not inbox.accept(c, arrival):
        return opening.new.id, True
    uploads.store(c, opening.new.id, sent)
    inbox.routed(c, arrival.id)
    return open_case(c, opening, arrival)
