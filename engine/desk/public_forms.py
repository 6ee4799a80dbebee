"""Public forms: what strangers see, send, and start."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from engine.desk import uploads
from engine.desk.answers import BadInputs, DeskError, FormPage, NotThere, Started
from engine.desk.forms import page, questions
from engine.desk.starting import Starting
from engine.gateways.visitors import visitor_of
from engine.language.evaluator import EvaluationError
from engine.language.inputs import BadValues
from engine.language.problems import one_of
from engine.language.process import Trigger
from engine.routing import trigger_inputs
from engine.shelf import Edition
from engine.store import health, tallies

MINUTE = timedelta(minutes=1)
STARTS_OF_AN_ADDRESS = 60  # within a minute, whichever process they come in by


@dataclass(frozen=True)
class FormAddress:
    """Where a public form is, what it is called, and whose pages may show it in a frame."""

    url: str
    title: str
    embed: tuple[str, ...]


class PublicForms(Starting):
    async def public_form(self, process: str, trigger: str) -> FormPage:
        """The form that starts a case: the trigger's own, or the process's inputs. Raises NotThere."""
        edition, found = await self._form_trigger(process, trigger)
        return replace(page(edition.plan, found.form, {}, self.clock), embed=found.embed)

    async def form_address(self, process: str, trigger: str = "") -> FormAddress:
        """The address of a public form, for people to be sent to; without a trigger the only one that there is.
        Raises NotThere."""
        edition = await self.edition(process)
        known = [t for t in edition.plan.process.triggers if t.type == "form"]
        found = [t for t in known if trigger in ("", t.id)]
        if len(found) != 1:
            there = one_of([t.id for t in known])
            raise NotThere(
                f"say which public form of `{process}`: {there}" if there else f"`{process}` has no public form"
            )
        url = f"{self.settings.base_url}/start/{process}/{found[0].id}"
        return FormAddress(url, page(edition.plan, found[0].form, {}, self.clock).title, found[0].embed)

    async def count_visit(self, sender: str) -> bool:
        """One more form from this address of the net; False where it has sent too many within a minute, to any of our
        processes. Who it is cannot be read from what is kept."""
        name = "form/" + hmac.new(self.settings.key(), visitor_of(sender).encode(), sha256).hexdigest()[:24]
        now = self.clock()
        return await self.store.write(lambda c: tallies.count(c, name, now, MINUTE)) <= STARTS_OF_AN_ADDRESS

    async def drop_form(self, process: str, trigger: str) -> None:
        """A machine has filled in what people do not see: it is counted, and nothing else."""
        now = self.clock()
        await self.store.write(lambda c: tallies.count(c, f"honeypot/{process}/{trigger}", now))

    async def submit_form(
        self, process: str, trigger: str, raw: Mapping[str, Any], *, source_id: str | None = None, locale: str = ""
    ) -> Started:
        """Start a case with the answers of its public form. `locale`: what the visitor's browser asks for. Raises
        BadInputs by question, NotThere."""
        try:
            return await self._submitted(process, trigger, raw, source_id, locale)
        except EvaluationError as problem:
            # The visitor can do nothing about it, and what was sent is lost: whoever owns the process must know.
            source, now = f"form/{process}/{trigger}", self.clock()
            said = f"somebody's answers could not start a case ({problem.code}), and the log of the web says where"
            await self.store.write(lambda c: health.trouble(c, source, said, now))
            raise DeskError(f"the form does not give what the process needs: {problem}") from problem

    async def _submitted(
        self, process: str, trigger: str, raw: Mapping[str, Any], source_id: str | None, locale: str
    ) -> Started:
        edition, found = await self._form_trigger(process, trigger)
        values = self.values(edition.plan)
        raw, sent = uploads.stored_as(raw, f"{process}/{trigger}/{source_id or secrets.token_hex(16)}")
        try:
            answers = values.read(questions(edition.plan, found.form), raw)
            event = {"answers": answers}
            if found.inputs:
                answers = trigger_inputs(self.settings, edition, found, event, self.clock)
        except BadValues as problem:
            raise BadInputs(problem.problems) from problem
        source, now = f"form:{process}/{trigger}", self.clock()
        started = await self._open(edition, answers, "", source, source_id, sent, found, event, locale)
        await self.store.write(lambda c: health.seen(c, f"form/{process}/{trigger}", now))
        return started

    async def _form_trigger(self, process: str, trigger: str) -> tuple[Edition, Trigger]:
        edition = await self.shelf.live(process)
        triggers = edition.plan.process.triggers if edition else ()
        found = next((t for t in triggers if t.id == trigger and t.type == "form"), None)
        if edition is None or found is None:
            raise NotThere("there is no such form")
        return edition, found
