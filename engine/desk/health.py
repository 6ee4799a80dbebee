"""How every way in and out is doing."""

from sqlalchemy import Connection

from engine.desk.answers import NotThere
from engine.desk.schedules import Timetable
from engine.health.metrics import told
from engine.health.way import Way
from engine.health.ways import Ways
from engine.language.problems import one_of
from engine.routing import Routed
from engine.store import inbox, misfires
from engine.store.figures import figures
from engine.store.rows import Arrival


class WaysInAndOut(Timetable):
    async def ways(self) -> tuple[Way, ...]:
        """Mailboxes, webhooks, public forms, schedules and senders: last seen, expected, what is wrong."""
        return await Ways(self.settings, self.store, self._schedules(), self.clock).everything()

    async def start_again(self, name: str) -> tuple[Routed, ...]:
        """What could not start anything by a schedule or an event is taken in once more, as the definitions are now.
        Raises NotThere."""
        way, failed = await self._failed(name, ("schedule", "event"))
        arrivals = await self.store.read(lambda c: inbox.load(c, list(failed)))
        if not arrivals:
            raise NotThere(f"nothing of `{way.name}` is kept")
        await self.store.write(lambda c: _once_more(c, arrivals))
        done = tuple([await self.router.route(arrival) for arrival in arrivals])
        self.nudge()
        return done

    async def dismiss_failed(self, name: str, by: str) -> int:
        """Somebody has seen to what could not start anything; how many these were. Raises NotThere."""
        _, failed = await self._failed(name)
        await self.store.write(lambda c: [misfires.settle(c, arrival, by) for arrival in failed])
        return len(failed)

    async def _failed(self, name: str, kinds: tuple[str, ...] = ()) -> tuple[Way, tuple[str, ...]]:
        """The way of this name, and what could not start anything by it: ids of the inbox."""
        every = [way for way in await self.ways() if way.failed and (not kinds or way.kind in kinds)]
        found = next((way for way in every if name in (way.name, way.source)), None)
        if found is None:
            there = one_of([way.name for way in every]) or "none"
            raise NotThere(f"nothing failed that is called `{name}`; there is {there}")
        wrong = await self.store.read(misfires.unsettled)
        return found, tuple(dict.fromkeys(m.arrival for m in wrong if (m.process, m.trigger) in found.triggers))

    async def metrics(self) -> bytes:
        """The figures of everything, as Prometheus reads them."""
        return told(await self.store.read(figures), await self.ways(), self.clock())


def _once_more(c: Connection, arrivals: tuple[Arrival, ...]) -> None:
    for arrival in arrivals:
        inbox.again(c, arrival.id, arrival.name, arrival.data_json)
        misfires.clear(c, arrival.id)
