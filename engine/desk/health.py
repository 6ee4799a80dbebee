"""How every way in and out is doing."""

from engine.desk.schedules import Timetable
from engine.health.ways import Way, Ways


class WaysInAndOut(Timetable):
    async def ways(self) -> tuple[Way, ...]:
        """Mailboxes, webhooks, public forms, schedules and senders: last seen, expected, what is wrong."""
        return await Ways(self.settings, self.store, self._schedules(), self.clock).everything()
