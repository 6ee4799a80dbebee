"""Pages for people outside."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.desk import DeskError, LinkView, NotOpen, NotThere
from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher, MemoryCourier
from engine.gateways.tokens import LINK_LIFE, token_hash
from engine.language.values import decode, encode
from engine.runtime.view import WaitView
from engine.store import files, inbox, ledger, links, signatures
from tests.desk.conftest import ANN, Show, Watch, task_of, waits_at

ANSWERS = {"legal_name": "Acme Limited", "address": "1 High St", "seats": "12", "personal_data": "no"}


async def case_of(desk: Desk, dispatcher: Dispatcher) -> str:
    case = (await desk.start("client-onboarding", ANN)).case
    await dispatcher.deliver()
    return case


async def form_token(desk: Desk, case: str, path: str = "welcome", kind: str = "form") -> str:
    url = await desk.link_for(case, path, kind, "ann@acme.test")  # type: ignore[arg-type]
    return url.rsplit("/", 1)[1]


async def opened(desk: Desk, token: str) -> LinkView:
    view = await desk.open_link(token)
    assert view is not None
    return view


async def test_a_link_shows_the_questionnaire(desk: Desk, dispatcher: Dispatcher, show: Show) -> None:
    case = await case_of(desk, dispatcher)
    token = await form_token(desk, case)
    await show(case, waits=[waits_at("welcome", "form")])
    view = await opened(desk, token)
    assert (view.kind, view.state, view.recipient) == ("form", "open", "ann@acme.test")
    assert view.form is not None
    assert "legal_name" in view.form.fields


async def test_answers_are_typed_and_delivered_once(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show
) -> None:
    case = await case_of(desk, dispatcher)
    token = await form_token(desk, case)
    await show(case, waits=[waits_at("welcome", "form")])
    assert await desk.answer(token, ANSWERS) == {}
    assert await desk.answer(token, ANSWERS) == {}
    await dispatcher.deliver()
    ((told, ids),) = courier.told
    (arrival,) = await desk.store.read(lambda c: inbox.load(c, ids))
    assert (told, arrival.kind, arrival.to) == (case, "answer", "welcome")
    assert decode(arrival.data_json)["answers"]["seats"] == 12


async def test_wrong_answers_are_named_and_nothing_is_stored(desk: Desk, dispatcher: Dispatcher, show: Show) -> None:
    case = await case_of(desk, dispatcher)
    token = await form_token(desk, case)
    await show(case, waits=[waits_at("welcome", "form")])
    problems = await desk.answer(token, {**ANSWERS, "seats": "many", "address": ""})
    assert set(problems) == {"seats", "address"}
    assert (await opened(desk, token)).state == "open"


async def test_a_sent_answer_is_shown_as_sent(desk: Desk, dispatcher: Dispatcher, show: Show) -> None:
    case = await case_of(desk, dispatcher)
    token = await form_token(desk, case)
    await show(case, waits=[waits_at("welcome", "form")])
    await desk.answer(token, ANSWERS)
    view = await opened(desk, token)
    assert view.state == "answered"
    assert view.answers["legal_name"] == "Acme Limited"


async def test_a_second_different_answer_is_kept_for_the_case_and_said_to_be_late(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show
) -> None:
    case = await case_of(desk, dispatcher)
    token = await form_token(desk, case)
    await show(case, waits=[waits_at("welcome", "form")])
    await desk.answer(token, ANSWERS)
    with pytest.raises(NotOpen):
        await desk.answer(token, {**ANSWERS, "seats": "13"})
    await dispatcher.deliver()
    assert sum(len(ids) for _, ids in courier.told) == 2


async def test_a_link_closes_with_its_step(desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch) -> None:
    case = await case_of(desk, dispatcher)
    token = await form_token(desk, case)
    watch.turn(minutes=1)
    await show(case, waits=[])
    assert (await opened(desk, token)).state == "closed"


async def test_a_link_that_is_opened_before_its_turn_is_shown_is_open(desk: Desk, dispatcher: Dispatcher) -> None:
    case = await case_of(desk, dispatcher)
    assert (await opened(desk, await form_token(desk, case))).state == "open"


async def test_wrong_and_expired_links_are_no_links(desk: Desk, dispatcher: Dispatcher, watch: Watch) -> None:
    token = await form_token(desk, await case_of(desk, dispatcher))
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert await desk.open_link(other) is None
    watch.turn(days=LINK_LIFE.days, seconds=1)
    assert await desk.open_link(token) is None
    with pytest.raises(NotThere):
        await desk.answer(token, ANSWERS)


async def test_a_row_that_was_not_made_with_our_key_opens_nothing(
    desk: Desk, dispatcher: Dispatcher, watch: Watch
) -> None:
    case, token = await case_of(desk, dispatcher), "A" * 43
    hashed, until = token_hash(token), watch() + LINK_LIFE
    await desk.store.write(lambda c: links.put(c, hashed, case, "welcome", "form", "eve@acme.test", until))
    assert await desk.open_link(token) is None


async def test_a_link_works_for_its_kind_only(desk: Desk, dispatcher: Dispatcher) -> None:
    token = await form_token(desk, await case_of(desk, dispatcher))
    with pytest.raises(NotThere):
        await desk.sign(token, "Ann Lee", consent=True, ip="", agent="")


async def test_a_form_of_the_whole_case_reaches_its_handler(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier
) -> None:
    case = await case_of(desk, dispatcher)
    url = await desk.page_link(case, "client_withdraws", "ann@acme.test")
    assert await desk.answer(url.rsplit("/", 1)[1], {"comment": "Sorry"}) == {}
    await dispatcher.deliver()
    (arrival,) = await desk.store.read(lambda c: inbox.load(c, courier.told[0][1]))
    assert (arrival.kind, arrival.name, arrival.to) == ("form", "withdraw", "handlers/client_withdraws")


def asks(turn: int, file: str, *signers: str) -> WaitView:
    """The wait for the signatures of a round."""
    event = {"document": file, "signers": signers or ("ann@acme.test",)}
    return waits_at("signature", "signature", path=f"contract_rounds/{turn}/signature", events=(event,))


async def test_a_form_that_interrupts_nothing_may_be_sent_again(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier
) -> None:
    case = await case_of(desk, dispatcher)
    token = (await desk.page_link(case, "contact_changed", "ann@acme.test")).rsplit("/", 1)[1]
    for name in ("Bob", "Cyd"):
        assert await desk.answer(token, {"name": name, "email": f"{name.lower()}@acme.test"}) == {}
    await dispatcher.deliver()
    assert sum(len(ids) for _, ids in courier.told) == 2
    assert (await opened(desk, token)).state == "open"


async def signature_token(desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch) -> tuple[str, str]:
    """A case that has made its contract and waits for the signature."""
    case = await case_of(desk, dispatcher)
    path, file = "contract_rounds/1/contract", {"file": "f1", "name": "a.pdf", "sha256": "ab" * 32, "size": 3}
    await desk.store.write(lambda c: files.put(c, "f1", case, "a.pdf", "application/pdf", "ab" * 32, b"PDF"))
    await desk.store.write(lambda c: _done(c, case, path, file, watch))
    url = await desk.link_for(case, "contract_rounds/1/signature", "signature", "ann@acme.test")
    await show(case, waits=[asks(1, "f1")])
    return case, url.rsplit("/", 1)[1]


def _done(c: Connection, case: str, path: str, file: dict[str, Any], watch: Watch) -> None:
    key = f"{case}/{path}:render"
    ledger.claim(c, key, case=case, path=path, purpose="render", kind="document", token="t", at=watch(), in_data=True)
    ledger.finish(c, key, "t", "done", watch(), result_json=encode({"file": file}))


async def test_the_signature_page_has_the_document(
    desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch
) -> None:
    _, token = await signature_token(desk, dispatcher, show, watch)
    view = await opened(desk, token)
    assert view.document is not None
    assert (view.document.name, view.document.content) == ("a.pdf", b"PDF")


async def test_signing_leaves_evidence_and_tells_the_case(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, watch: Watch
) -> None:
    case, token = await signature_token(desk, dispatcher, show, watch)
    assert await desk.sign(token, " Ann  Lee ", consent=True, ip="203.0.113.9", agent="Phone") == {}
    await dispatcher.deliver()
    (evidence,) = await desk.store.read(lambda c: signatures.of_case(c, case))
    assert (evidence.typed_name, evidence.signer_name, evidence.ip) == ("Ann Lee", "Ann", "203.0.113.9")
    assert evidence.document_sha256 == "ab" * 32
    (arrival,) = await desk.store.read(lambda c: inbox.load(c, courier.told[0][1]))
    assert decode(arrival.data_json)["signer"] == "ann@acme.test"


async def test_a_signature_needs_a_name_and_consent(
    desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch
) -> None:
    _, token = await signature_token(desk, dispatcher, show, watch)
    assert set(await desk.sign(token, " ", consent=False, ip="", agent="")) == {"typed_name", "consent"}


async def test_the_link_of_an_earlier_round_shows_nothing_of_the_next(
    desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch
) -> None:
    case, token = await signature_token(desk, dispatcher, show, watch)
    await desk.store.write(lambda c: files.put(c, "f2", case, "b.pdf", "application/pdf", "cd" * 32, b"NEXT"))
    later = {"file": "f2", "name": "b.pdf", "sha256": "cd" * 32, "size": 4}
    await desk.store.write(lambda c: _done(c, case, "contract_rounds/2/contract", later, watch))
    await show(case, waits=[asks(1, "f1")])
    assert (await opened(desk, token)).document.content == b"PDF"  # type: ignore[union-attr]
    watch.turn(minutes=1)
    await show(case, waits=[asks(2, "f2")])
    view = await opened(desk, token)
    assert (view.state, view.document) == ("closed", None)
    with pytest.raises(NotOpen):
        await desk.sign(token, "Ann Lee", consent=True, ip="", agent="")


async def test_who_has_signed_keeps_seeing_what_was_signed(
    desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch
) -> None:
    case, token = await signature_token(desk, dispatcher, show, watch)
    await desk.sign(token, "Ann Lee", consent=True, ip="", agent="")
    await show(case, waits=[asks(2, "f2")])
    view = await opened(desk, token)
    assert view.document is not None
    assert (view.state, view.document.content) == ("answered", b"PDF")


async def test_who_is_no_signer_cannot_sign(desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch) -> None:
    case, _ = await signature_token(desk, dispatcher, show, watch)
    url = await desk.link_for(case, "contract_rounds/1/signature", "signature", "eve@acme.test")
    with pytest.raises(NotOpen):
        await desk.sign(url.rsplit("/", 1)[1], "Eve", consent=True, ip="", agent="")
    with pytest.raises(DeskError, match="not asked to sign"):
        await desk.page_link(case, "signature", "eve@acme.test")


async def test_of_several_signers_one_must_be_named(
    desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch
) -> None:
    case, _ = await signature_token(desk, dispatcher, show, watch)
    await show(case, waits=[asks(1, "f1", "ann@acme.test", "bob@acme.test")])
    with pytest.raises(DeskError, match="asks `ann@acme"):
        await desk.page_link(case, "signature")
    token = (await desk.page_link(case, "signature", "bob@acme.test")).rsplit("/", 1)[1]
    assert (await opened(desk, token)).recipient == "bob@acme.test"


async def test_of_two_answers_at_the_same_time_the_first_counts_and_the_other_says_so(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, watch: Watch
) -> None:
    case, token = await signature_token(desk, dispatcher, show, watch)
    sign = partial(desk.sign, token, "Ann Lee", consent=True, ip="", agent="")
    told = await asyncio.gather(*(sign() for _ in range(3)), desk.decline(token, "No"), return_exceptions=True)
    await dispatcher.deliver()
    arrivals = await desk.store.read(lambda c: inbox.load(c, [i for _, ids in courier.told for i in ids]))
    outcome = decode(arrivals[0].data_json)["outcome"]
    refused = told[:3] if outcome == "declined" else told[3:]
    assert [isinstance(one, NotOpen) for one in refused] == [True] * len(refused)
    assert [a.name for a in arrivals].count("signature") == 1
    assert len(await desk.store.read(lambda c: signatures.of_case(c, case))) == (outcome == "signed")


async def test_after_signing_nothing_can_be_declined(
    desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch
) -> None:
    _, token = await signature_token(desk, dispatcher, show, watch)
    await desk.sign(token, "Ann Lee", consent=True, ip="", agent="")
    with pytest.raises(NotOpen):
        await desk.decline(token, "Too late")


async def test_declining_needs_a_reason(desk: Desk, dispatcher: Dispatcher, show: Show, watch: Watch) -> None:
    _, token = await signature_token(desk, dispatcher, show, watch)
    assert "reason" in await desk.decline(token, "  ")
    assert await desk.decline(token, "Clause 4 is wrong") == {}


async def test_a_task_link_shows_its_task(desk: Desk, dispatcher: Dispatcher, show: Show) -> None:
    case = await case_of(desk, dispatcher)
    token = await form_token(desk, case, "review", "task")
    await show(case, tasks=[task_of("review", outcomes=("accept", "reject"))])
    view = await opened(desk, token)
    assert view.task is not None
    assert (view.state, view.task.outcomes) == ("open", ("accept", "reject"))


async def test_a_tasks_page_says_at_once_what_was_chosen(desk: Desk, dispatcher: Dispatcher, show: Show) -> None:
    case = await case_of(desk, dispatcher)
    await show(case, tasks=[task_of("review", outcomes=("accept", "reject"))])
    token = await form_token(desk, case, "review", "task")
    await desk.complete("t-review", "reject", by="ann@acme.test")
    view = await opened(desk, token)
    assert (view.state, view.task and view.task.outcome) == ("answered", "reject")
