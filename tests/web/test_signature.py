"""Documents to sign: reading, signing, declining."""

from hashlib import sha256

from engine.desk.answers import CONSENT
from engine.language.values import decode
from engine.store import signatures
from engine.store.rows import SignatureRow
from tests.web.house import House, Visitor

SIGNED = {"typed_name": " Ann  Lee ", "consent": "yes"}


async def evidence(house: House) -> SignatureRow:
    (arrival,) = await house.arrived()
    (row,) = await house.desk.store.read(lambda c: signatures.of_case(c, arrival.case))
    return row


async def test_the_page_shows_the_document_and_its_fingerprint(ann: Visitor, house: House) -> None:
    link = await house.signature()
    page = await ann.open(link)
    assert f"{link}/document.pdf" in page.links
    assert sha256(house.contract).hexdigest() in page.words
    assert CONSENT in page.words


async def test_the_document_is_behind_the_same_token(ann: Visitor, house: House) -> None:
    answer = (await ann.open(await house.signature() + "/document.pdf")).answer
    assert (answer.content, answer.headers["content-type"]) == (house.contract, "application/pdf")
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''Services%20agreement.pdf"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'self'", "our own page shows it in a frame"


async def test_signing_keeps_the_evidence(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.signature(), SIGNED, headers={"user-agent": "Phone 1.0"})
    assert "Signed. Thank you" in page.words
    row = await evidence(house)
    assert (row.typed_name, row.consent, row.ip, row.user_agent) == ("Ann Lee", CONSENT, "203.0.113.9", "Phone 1.0")
    assert row.document_sha256 == sha256(house.contract).hexdigest()


async def test_a_signature_without_name_or_consent_is_refused_at_its_field(ann: Visitor, house: House) -> None:
    link = await house.signature()
    page = await ann.send(link, {"typed_name": "Ann Lee"})
    assert (page.status, set(page.errors), page.focus) == (422, {"consent"}, "consent")
    assert page.values["typed_name"] == ["Ann Lee"]
    assert set((await ann.send(link, {"consent": "yes"})).errors) == {"typed_name"}
    assert await house.arrived() == []


async def test_declining_needs_a_reason_and_keeps_it(ann: Visitor, house: House) -> None:
    link = await house.signature()
    assert set((await ann.send(link, {"decline": "yes"})).errors) == {"reason"}
    page = await ann.send(link, {"decline": "yes", "reason": "Clause 4 <b>is</b> wrong"})
    assert "You have declined to sign" in page.words
    assert "Clause 4 <b>is</b> wrong" in page.words
    (arrival,) = await house.arrived()
    assert decode(arrival.data_json)["outcome"] == "declined"


async def test_pressing_the_button_twice_is_one_signature(ann: Visitor, house: House) -> None:
    link = await house.signature()
    await ann.send(link, SIGNED)
    assert "Signed. Thank you" in (await ann.send(link, SIGNED)).words
    assert len(await house.arrived()) == 1


async def test_what_is_signed_cannot_be_declined(ann: Visitor, house: House) -> None:
    link = await house.signature()
    await ann.send(link, SIGNED)
    page = await ann.send(link, {"decline": "yes", "reason": "Too late"})
    assert (page.status, "nothing was changed" in page.words) == (409, True)


async def test_after_signing_the_document_stays_readable(ann: Visitor, house: House) -> None:
    link = await house.signature()
    await ann.send(link, SIGNED)
    page = await ann.open(link)
    assert "form" not in page.tags
    assert (await ann.open(link + "/document.pdf")).status == 200


async def test_hostile_names_stay_words_or_are_refused(ann: Visitor, house: House) -> None:
    link = await house.signature()
    assert set((await ann.send(link, SIGNED | {"typed_name": "x" * 2_000_000})).errors) == {"typed_name"}
    assert set((await ann.send(link, SIGNED | {"typed_name": "\x00\r\n"})).errors) == {"typed_name"}
    await ann.send(link, SIGNED | {"typed_name": "<script>${7*7}</script>\x00"})
    assert (await evidence(house)).typed_name == "<script>${7*7}</script>"
