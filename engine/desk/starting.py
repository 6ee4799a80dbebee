"""Starting a case by hand; what every other way of starting stands on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from engine.desk import uploads
from engine.desk.answers import BadInputs, FileContent, Started
from engine.desk.publishing import Publishing
from engine.language.inputs import BadValues
from engine.language.process import Trigger
from engine.language.staff import identity
from engine.language.values import display, encode
from engine.opening import SIGNAL, Opening, open_case, prepare
from engine.shelf import Edition
from engine.store import contacts, inbox
from engine.store.queue import QUEUED
from engine.store.rows import Arrival

WORD = 20_000  # characters of answers that began no case


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

    async def _open(
        self,
        edition: Edition,
        inputs: Mapping[str, Any],
        by: str,
        source: str,
        source_id: str | None,
        sent: tuple[FileContent, ...] = (),
        trigger: Trigger | None = None,
        event: Any = None,
        locale: str = "",
    ) -> Started:
        """Open the case, with its start and the files that came with it, in one transaction. `locale`: the language
        that its contact seems to read, where nothing else is known."""
        once = f"{source}/{source_id}" if source_id else ""
        who = identity(self.staff(), by)
        opening = prepare(self.settings, edition, inputs, self.clock(), once, by=who, trigger=trigger, event=event)
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
        word = _word(trigger, event) if trigger else ""
        case, existing = await self.store.write(lambda c: _once(c, opening, arrival, sent, locale, word))
        self.nudge()
        queued = opening.if_running == "queue" and (await self.case(case)).summary.health == QUEUED
        return Started(case, existing, queued)


def _once(
    c: Connection, opening: Opening, arrival: Arrival, sent: tuple[FileContent, ...], locale: str, word: str
) -> tuple[str, bool]:
    if not inbox.accept(c, arrival):
        return opening.new.id, True
    inbox.routed(c, arrival.id)
    case, existing = open_case(c, _read_in(c, opening, locale), arrival)
    uploads.store(c, case, sent)
    if existing and word:
        _tell(c, arrival, case, word)
    return case, existing


def _word(trigger: Trigger, event: Any) -> str:
    """What a case hears that runs already: the answers of somebody who was thanked for them."""
    answers = "; ".join(f"{name}: {display(value)}" for name, value in event["answers"].items())
    return f"The form `{trigger.id}` came again, and began no second case. {answers}"[:WORD]


def _tell(c: Connection, arrival: Arrival, case: str, word: str) -> None:
    unique, data = f"{arrival.id}-again", encode({"text": word})
    note = Arrival(unique, "operator", unique, "operator", "note", case, "", "", data, arrival.received_at)
    if inbox.accept(c, note):
        inbox.routed(c, note.id)
        inbox.deliver_to(c, note.id, case, SIGNAL)


def _read_in(c: Connection, opening: Opening, locale: str) -> Opening:
    """The opening, with the language of its contact, where neither the case says one nor anybody knows one."""
    party = opening.new.party
    if not locale or party is None or party.locale:
        return opening
    known = contacts.get(c, party.address)
    if known and known.locale:
        return opening
    return replace(opening, new=replace(opening.new, party=replace(party, locale=locale)))
