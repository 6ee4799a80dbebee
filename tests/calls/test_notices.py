"""`notify`: Apprise in its own process against a chat that listens on this machine."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.gateways.notifier import AppriseNotifier, MemoryNotifier, Notice, Told
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.runtime.flow import StepError
from engine.store import ledger, requests
from engine.store.store import Store
from tests.calls.house import HERE, Answer, Calls, calls, outside

TELL = "  - { id: tell, type: notify, connection: chat, message: A new client }\n"
CHAT = "  chat:\n    title: Team chat\n    notify: CHAT_URL\n"
PAYLOAD = {"connection": "chat", "service": "CHAT_URL", "message": "A new client", "subject": "", "level": "info"}


@pytest.fixture
async def notifier() -> AsyncIterator[AppriseNotifier]:
    made = AppriseNotifier(HERE)
    yield made
    await made.aclose()


def at(url: str) -> str:
    return url.removeprefix("http://")


@pytest.mark.parametrize(
    "url",
    [
        "json://{at}/hook",
        "mmost://{at}/3ccdd113474722377935511fc85d3dd4",
        "matrix://{at}/3ccdd113474722377935511fc85d3dd4?mode=slack",
        "ntfy://{at}/clients",
        "gotify://{at}/3ccdd113474722377935511fc85d3dd4",
    ],
)
async def test_services_of_many_kinds_get_the_words(notifier: AppriseNotifier, url: str) -> None:
    with outside() as chat:
        told = await notifier.tell(Notice(url.format(at=at(chat.url)), "A <new> client", "Onboarding", "success"))
    assert told.problem is None, told
    assert len(chat.came) == 1
    assert b"new" in chat.came[0].raw
    assert [(e.status, e.error) for e in told.exchanges] == [(200, "")]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "hooks.slack.com"),
        ("workflows://prod-1.westeurope.logic.azure.com:443/643a8f5a/8b1c2d/", "prod-1.westeurope.logic.azure.com"),
        (f"twilio://AC{'a' * 32}:{'b' * 32}@15551234567/15559876543", "api.twilio.com"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "api.telegram.org"),
        (f"discord://{'a' * 24}/{'b' * 64}/", "discord.com"),
    ],
)
async def test_each_service_is_told_in_its_own_way_and_its_token_stays_there(url: str, host: str) -> None:
    """Their hosts are fixed: a process of the tests turns what they send to this machine."""
    notifier = AppriseNotifier(HERE, module="tests.calls.diverted_child")
    with outside(lambda came: (200, "ok" if came.path.startswith("/services/") else {"ok": True})) as chat:
        told = await notifier.tell(Notice(url, "A new client", at(chat.url).partition(":")[2]))
    await notifier.aclose()
    assert told.problem is None, told
    assert {came.headers["x-meant-for"].partition(":")[0] for came in chat.came} == {host}
    assert any(b"new" in came.raw for came in chat.came)


@pytest.mark.parametrize(
    ("answer", "problem", "code"),
    [
        ((404, {}), Refused, "http_404"),
        ((401, {}), Refused, "http_401"),
        ((302, {}, {"Location": "http://127.0.0.1:9/"}), Refused, "http_302"),
        ((429, {}), Deferred, "http_429"),
        ((503, {}), Deferred, "http_503"),
        ((500, {}), Unconfirmed, "unconfirmed"),
        (None, Unconfirmed, "unconfirmed"),
    ],
)
async def test_what_went_wrong_has_one_meaning(
    notifier: AppriseNotifier, answer: Answer, problem: type[Exception], code: str
) -> None:
    with outside(lambda came: answer) as chat:
        told = await notifier.tell(Notice(f"json://{at(chat.url)}/s3cret-token", "Hello"))
    assert isinstance(told.problem, problem)
    assert told.problem.code == code
    assert len(chat.came) == 1
    assert "s3cret-token" not in str(told)


async def test_a_chat_that_is_not_there_is_tried_again(notifier: AppriseNotifier) -> None:
    with outside() as chat:
        pass
    told = await notifier.tell(Notice(f"json://{at(chat.url)}/", "Hello"))
    assert isinstance(told.problem, Deferred)


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mailto://ann:s3cret@example.com", "syslog://", "dbus://", "file:///etc/passwd", "mqtt://h/t"],
)
async def test_what_is_no_service_by_http_is_refused_without_its_address(notifier: AppriseNotifier, url: str) -> None:
    told = await notifier.tell(Notice(url, "Hello"))
    assert isinstance(told.problem, Refused)
    assert told.exchanges == ()
    assert "s3cret" not in told.problem.message


# -- as a step ----------------------------------------------------------------------


@dataclass
class Chat:
    house: Calls

    async def tell(self, key: str = "case-1/tell:notify") -> Any:
        return await self.house.perform("notify", PAYLOAD, key)


async def test_a_notice_is_sent_once(tmp_path: Path, store: Store) -> None:
    kept = MemoryNotifier()
    chat = Chat(calls(tmp_path, store, CHAT, notifier=kept, process=TELL, CHAT_URL="slack://very/secret/words"))
    await chat.tell()
    await chat.tell()
    assert [(n.message, n.level) for n in kept.notices] == [("A new client", "info")]
    written = str(await store.read(ledger.listing)) + str(await store.read(requests.listing))
    assert "secret" not in written
    assert "(notice)" in written


async def test_what_may_have_arrived_is_not_sent_again(tmp_path: Path, store: Store) -> None:
    kept = MemoryNotifier((Unconfirmed("cut off"),))
    chat = Chat(calls(tmp_path, store, CHAT, notifier=kept, process=TELL, CHAT_URL="slack://a/b/c"))
    for _ in range(2):
        with pytest.raises(StepError):
            await chat.tell()
    assert len(kept.notices) == 1


async def test_what_was_certainly_not_sent_is_tried_again(tmp_path: Path, store: Store) -> None:
    kept = MemoryNotifier((Deferred("http_503", "not now"), None))
    chat = Chat(calls(tmp_path, store, CHAT, notifier=kept, process=TELL, CHAT_URL="slack://a/b/c"))
    with pytest.raises(Deferred):
        await chat.tell()
    await chat.tell()
    assert len(kept.notices) == 2


async def test_a_variable_that_is_not_set_is_named(tmp_path: Path, store: Store) -> None:
    chat = Chat(calls(tmp_path, store, CHAT, process=TELL))
    with pytest.raises(StepError, match="CHAT_URL is not set"):
        await chat.tell()
    assert await store.read(ledger.listing) == ()


def test_the_answer_shows_no_address() -> None:
    assert "secret" not in repr(Notice("slack://secret", "Hello"))
    assert Told().problem is None
