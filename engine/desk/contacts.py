"""People outside: who they are, what they may not be sent, and everything that was ever sent to them."""

import asyncio
import secrets
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from engine.desk.answers import BadInputs, DeskError, NotThere
from engine.desk.ground import Ground
from engine.gateways import caught
from engine.language.addresses import is_email, normal
from engine.language.restraint import CLASSES
from engine.store import cases, contacts, correspondence, forgetting, policy, scrubbing
from engine.store.contacts import Bounce, Contact, Suppression
from engine.store.correspondence import Heard, SentMail
from engine.store.forgetting import Erased
from engine.store.rows import CaseSummary
from engine.store.scrubbing import Spellings


@dataclass(frozen=True)
class Dossier:
    """Everything about one address. `gets`: for each class of mail why it is not sent there, or empty: it is."""

    address: str
    contact: Contact | None
    gets: dict[str, str]
    suppressions: tuple[Suppression, ...]
    forgotten: bool
    bounces: tuple[Bounce, ...]
    mails: tuple[SentMail, ...]
    cases: tuple[CaseSummary, ...]
    heard: tuple[Heard, ...]


class Contacts(Ground):
    async def contacts(self, text: str = "", limit: int = 200) -> tuple[tuple[Contact, tuple[Suppression, ...]], ...]:
        """Contacts whose address or name holds the text, with what stands against each."""

        def work(c: Connection) -> tuple[tuple[Contact, tuple[Suppression, ...]], ...]:
            against = contacts.suppressions_of(c)
            found = contacts.listing(c, text, limit)
            return tuple((one, tuple(s for s in against if s.address == one.address)) for one in found)

        return await self.store.read(work)

    async def dossier(self, address: str) -> Dossier:
        """Everything about an address. Raises BadInputs, and NotThere for one of which nothing is known."""
        address, key = _address(address), self.settings.key()
        found = await self.store.read(lambda c: _dossier(c, address, key))
        if not (found.contact or found.suppressions or found.mails or found.cases or found.heard or found.forgotten):
            raise NotThere(f"nobody here has the address {address}; `baton contact` lists those that are known")
        return found

    async def block(self, address: str, class_: str, reason: str, by: str) -> bool:
        """Send nothing of this class, or of `all`, there any more. False: so it was. Raises BadInputs."""
        address = _address(address)
        _check(class_)
        why = f"{by} has blocked the address{f': {reason}' if reason else ''}"
        now = self.clock()
        return await self.store.write(lambda c: contacts.suppress(c, address, class_, why, by, now))

    async def unblock(self, address: str, class_: str = "") -> tuple[str, ...]:
        """Take back whatever stands against the address, or against it in one class, and that it was forgotten. The
        codes of what was taken back. Raises BadInputs."""
        address, key = _address(address), self.settings.key()
        if class_:
            _check(class_)

        def work(c: Connection) -> tuple[str, ...]:
            gone = [s.code for s in contacts.release(c, address, class_)]
            known_again = not class_ and policy.remember(c, address, key)
            return (*gone, policy.FORGOTTEN) if known_again else tuple(gone)

        return await self.store.write(work)

    async def forget(self, address: str, by: str) -> Erased:
        """Erase whoever has this address, from every table; only a hash says that nothing is to be sent there.

        Raises BadInputs, NotThere for one of which nothing is known, and DeskError naming the open cases that
        have to end first: a running case would write it all down again with its next turn.
        """
        address = _address(address)
        key, now, stand_in = self.settings.key(), self.clock(), f"forgotten-{secrets.token_hex(4)}"

        def work(c: Connection) -> Erased:
            if running := forgetting.in_the_way(c, address):
                raise DeskError(_still_open(running))
            if not scrubbing.holding(c, Spellings(address)):
                raise NotThere(f"{address} stands nowhere here")
            gone = forgetting.forget(c, address, stand_in, now)
            policy.forget(c, address, key, by, now)
            return gone

        try:
            gone = await self.store.write(work)
        except NotThere:
            if await self.store.read(lambda c: policy.is_forgotten(c, address, key)):  # whoever did it may have died
                await asyncio.to_thread(self._sweep, address)
            raise
        await asyncio.to_thread(self._sweep, address)
        return gone

    def _sweep(self, address: str) -> None:
        """What lies beside the tables: mails that were caught instead of sent, and what the database has overwritten
        but not let go of yet."""
        caught.drop(self.settings.kept / caught.FOLDER, address)
        self.store.sweep()

    async def describe(
        self, address: str, by: str, *, name: str | None = None, locale: str | None = None, zone: str | None = None
    ) -> Contact:
        """Write down who it is; None leaves as it is. Raises BadInputs."""
        address, problems = _address(address), _problems(locale, zone)
        if problems:
            raise BadInputs(problems)
        now = self.clock()
        return await self.store.write(
            lambda c: contacts.change(c, address, by, now, name=name, locale=locale, zone=zone)
        )


def _dossier(c: Connection, address: str, key: bytes) -> Dossier:
    found = [cases.summary(c, case) for case in correspondence.cases_with(c, address)]
    forgotten = policy.is_forgotten(c, address, key)
    against = {name: contacts.suppressed(c, address, name) for name in CLASSES}
    return Dossier(
        address=address,
        contact=contacts.get(c, address),
        gets={name: "forgotten" if forgotten else s.reason if s else "" for name, s in against.items()},
        suppressions=contacts.suppressions_of(c, address),
        forgotten=forgotten,
        bounces=contacts.bounces_of(c, address),
        mails=correspondence.mails_to(c, address),
        cases=tuple(sorted((case for case in found if case), key=lambda case: case.started_at)),
        heard=correspondence.heard_from(c, address),
    )


def _still_open(running: tuple[str, ...]) -> str:
    commands = "".join(f"\n  baton stop {case}" for case in running)
    one = len(running) == 1
    those = "one open case holds" if one else f"{len(running)} open cases hold"
    return f"{those} this address and would write it down again; end {'it' if one else 'them'} first:{commands}"


def _address(text: str) -> str:
    address = normal(text)
    if not is_email(address):
        raise BadInputs({"address": f"`{text}` is no email address."})
    return address


def _check(class_: str) -> None:
    *others, last = contacts.STOPPABLE
    if class_ not in contacts.STOPPABLE:
        raise BadInputs({"class": f"Say {', '.join(others)} or {last}, not `{class_}`."})


def _problems(locale: str | None, zone: str | None) -> dict[str, str]:
    problems = {}
    if locale and not all(part.isalnum() for part in locale.split("-")):
        problems["locale"] = f"`{locale}` is no language; write one like de or de-CH."
    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems["time_zone"] = f"`{zone}` is no time zone; write one like Europe/Zurich."
    return problems
