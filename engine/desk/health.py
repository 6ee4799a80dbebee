"""How every way in and out is doing."""

from engine.desk.schedules import Timetable
from engine.health.metrics import told
from engine.health.ways import Way, Ways
from engine.store.figures import figures


class WaysInAndOut(Timetable):
    async def ways(self) -> tuple[Way, ...]:
        """Mailboxes, webhooks, public forms, schedules and senders: last seen, expected, what is wrong."""
        return await Ways(self.settings, self.store, self._schedules(), self.clock).everything()

    async def metrics(self) -> bytes:
        """The figures of everything, as Prometheus reads them."""
        return told(await self.store.read(figures), await self.ways(), self.clock())
