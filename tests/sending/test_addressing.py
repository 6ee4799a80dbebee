"""From whom, where answers go, and which mails belong together."""

import re

from engine.gateways.tokens import reply_token_of, token_hash
from engine.store import links
from tests.mail.house import REPLIES, House

ANN = "ann@acme.test"


async def test_answers_and_what_comes_back_go_to_an_address_of_this_mail(home: House) -> None:
    case = await home.start("letters", email=ANN)
    one, two, three = home.sent(ANN)
    assert re.fullmatch(r"replies\+[a-z2-7]{32}@northwind\.example", one.reply_to)
    assert one.envelope == one.reply_to != two.reply_to
    assert (three.reply_to, three.envelope.startswith("replies+")) == ("office@northwind.example", True)
    for mail, page in ((one, "one"), (two, "two")):
        token = token_hash(reply_token_of(mail.reply_to, REPLIES))
        link = await home.store.read(lambda c, token=token: links.find(c, token))  # type: ignore[misc]
        assert link
        assert (link.case, link.path, link.kind, link.recipient) == (case, page, "reply", ANN)


async def test_a_step_chooses_the_account_that_sends_it(home: House) -> None:
    await home.start("letters", email=ANN)
    one, two, _ = home.sent(ANN)
    assert (one.account, one.sender) == ("", REPLIES)
    assert (two.account, two.sender, two.sender_name) == ("surveys", "surveys@northwind.example", "Northwind surveys")


async def test_the_mails_of_a_case_to_one_person_name_each_other(home: House) -> None:
    await home.start("letters", email=ANN)
    one, two, three = home.sent(ANN)
    assert one.headers == ()
    assert dict(two.headers) == {"In-Reply-To": f"<{one.message_id}>", "References": f"<{one.message_id}>"}
    both = f"<{one.message_id}> <{two.message_id}>"
    assert dict(three.headers) == {"In-Reply-To": f"<{two.message_id}>", "References": both}
    (to_sam,) = [mail for mail in home.mailer.sent if mail.subject == "For Sam"]
    assert to_sam.headers == ()


async def test_mails_of_other_cases_are_other_threads(home: House) -> None:
    for _ in range(2):
        await home.start("letters", email=ANN)
    assert [mail.headers for mail in home.sent(ANN) if mail.subject == "One"] == [(), ()]


async def test_a_domain_in_another_script_has_links_that_work(home: House) -> None:
    await home.start("letters", email="ann@bücher.example")
    (mail, *_) = home.sent("ann@xn--bcher-kva.example")
    token = token_hash(reply_token_of(mail.reply_to, REPLIES))
    link = await home.store.read(lambda c: links.find(c, token))
    assert link
    assert link.recipient == mail.to


async def test_a_file_that_nobody_has_given_does_not_go_along(home: House) -> None:
    await home.start("briefs", email=ANN)
    (mail,) = home.sent(ANN)
    assert (mail.subject, mail.attachments) == ("Your brief", ())
