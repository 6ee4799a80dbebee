"""The postman: asks a server again that says “later”, and lets nothing that is wrong keep the others waiting."""

import asyncio
from collections import Counter
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from engine.store import outbox
from tests.durable.firm import firm
from tests.outbox.test_hold import HERE, begin
from tests.outbox.test_waiting import SHORT, held


class Greylisting:
    """Says “later” to everybody whom it hears of for the first time."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.taken: list[str] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:  # noqa: N802  # aiosmtpd
        self.asked[to] += 1
        if self.asked[to] == 1:
            return "451 4.7.1 Greylisted, try again later"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        self.taken += envelope.rcpt_tos
        return "250 taken"


async def test_a_server_that_says_later_is_asked_again_without_anybody_noticing(tmp_path: Path, temporal: str) -> None:
    grey = Greylisting()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(grey, hostname="grey"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with firm(tmp_path, temporal, definitions=HERE, smtp=port) as house:
        await house.desk.publish("patient")
        case = (await house.desk.start("patient", {"email": "ann@acme.test"})).case
        row = await held(house, case)
        assert (row.state, row.code, row.attempts) == ("queued", "retry", 1)
        assert "Greylisted" in row.reason
        assert (await house.ended(case)).summary.outcome == "completed"
        assert (grey.asked["ann@acme.test"], grey.taken) == (2, ["ann@acme.test"])
    server.close()


async def test_a_mail_that_cannot_be_read_is_an_incident_and_keeps_nobody_waiting(
    tmp_path: Path, temporal: str
) -> None:
    async with firm(tmp_path, temporal, definitions=HERE, more=SHORT) as house:
        await house.desk.publish("greets")
        broken, well = await begin(house, "ann@acme.test"), await begin(house, "bob@acme.test", "Bob")
        row = (await house.desk.message((await held(house, broken)).key)).row
        assert await house.house.store.write(lambda c: outbox.edit(c, row, "Hello", b"{}", ""))
        await house.until(lambda: house.desk.outbox(("bounced",)))
        assert (await house.ended(well)).summary.outcome == "completed"
        troubles = [i.message for i in (await house.desk.case(broken)).incidents]
        assert len(troubles) == 1
        assert "cannot be read any more" in troubles[0]
