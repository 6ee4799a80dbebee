"""Nothing forged goes on with a case: through the whole house, from the raw mail to the turn."""

from tests.mail.forgeries import FORGERIES
from tests.mail.house import House
from tests.mail.post import raw
from tests.mail.test_reader import ANN, BELIEVED


async def test_no_forged_sender_and_no_forged_token_goes_on_with_a_case(home: House) -> None:
    case = await home.start("ask", email=ANN)
    address = await home.address(case, "ask", ANN)
    message_id = home.sent(ANN)[0].message_id
    before = (await home.case(case), await home.timeline(case))
    for forgery in FORGERIES:
        mail = await home.deliver(forgery.make(address, message_id), forgery.box, "x@evil.test")
        assert await home.why(mail), f"{forgery.name}: it does not wait in triage"
        assert (await home.case(case), await home.timeline(case)) == before, forgery.name
    assert len(await home.triage()) == len(FORGERIES)
    assert len(home.mailer.sent) == 1
    await home.deliver(raw("Twelve.\n", To=address, **BELIEVED))
    assert await home.status(case) == "answered"


async def test_a_case_that_waits_at_a_mailbox_takes_mail_only_from_people_whom_it_knows(home: House) -> None:
    case = await home.start("order", email=ANN, number="4711")
    believed = {"Authentication_Results": "mx.northwind.example; dmarc=pass header.from=evil.test"}
    forged = (
        raw("Yes.\n", Subject="4711", To="office@northwind.example"),
        raw("Yes.\n", Subject="4711", To="office@northwind.example", From="bob@evil.test", **believed),
        raw("Yes.\n", Subject="4711", To="office@northwind.example", Auto_Submitted="auto-replied", **BELIEVED),
    )
    waiting = [await home.why(await home.deliver(mail, "office")) for mail in forged]
    assert waiting == ["unauthenticated", "stranger", "automatic"]
    assert await home.status(case) == "open"
    assert [row.case for row in await home.triage()][1:] == [case, case]
    await home.deliver(raw("Yes.\n", Subject="4711", To="office@northwind.example", **BELIEVED), "office")
    assert await home.status(case) == "confirmed"


async def test_a_mail_that_came_before_its_case_is_taken_only_if_it_can_be_trusted(home: House) -> None:
    for mail in (
        raw("Yes.\n", Subject="4711", To="office@northwind.example"),
        raw("Yes.\n", Subject="4711", To="office@northwind.example", From="bob@evil.test", **BELIEVED),
    ):
        await home.deliver(mail, "office")
    case = await home.start("order", email=ANN, number="4711")
    assert await home.status(case) == "open"


def test_there_are_forty_of_them() -> None:
    assert len(FORGERIES) >= 40
    assert len({forgery.name for forgery in FORGERIES}) == len(FORGERIES)
