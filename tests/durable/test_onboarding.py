"""The worked example on the embedded server: four witnesses agree on what happened."""

from pathlib import Path

from engine.gateways.caught import OpenedMail
from tests.durable.firm import ACME, ANSWERS, Firm, firm
from tests.durable.scenarios import happy, silent, withdraws

MOST_EVENTS = 130  # a hand-written workflow with one activity a step takes about 310


async def test_happy_path_with_a_reminder_and_a_change_round(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case = await happy(house)
        await witnesses_agree(house)
        assert (await house.desk.case(case)).summary.outcome == "completed"
        assert [to_client(m) for m in house.mails() if to_client(m)] == [
            "Welcome to Northwind Studio, Ann",
            "A few answers from Acme, and we can start",
            "Your agreement with Northwind Studio is ready to sign",
            "The workspace of Acme is ready",
            "Choose a time for our kick-off call",
            "How have the first 30 days been?",
        ]
        assert [r["path"] for r in house.target.requests] == ["/workspaces"]
        assert len((await house.history(case)).events) <= MOST_EVENTS


async def test_nobody_answers(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case = await silent(house)
        await witnesses_agree(house)
        detail = await house.desk.case(case)
        assert detail.summary.outcome == "no_reply"
        assert len(house.mails()) == 3
        assert [(t.title, t.status) for t in detail.tasks] == [("Phone Ann about the questionnaire", "cancelled")]


async def test_the_client_withdraws_in_the_middle(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case = await withdraws(house)
        await witnesses_agree(house)
        detail = await house.desk.case(case)
        assert detail.summary.outcome == "withdrawn"
        assert [t.status for t in detail.tasks] == ["cancelled"]
        assert house.mails()[-1].mail.subject == "We have stopped the onboarding of Acme"


async def test_a_case_runs_on_every_database(tmp_path: Path, temporal: str, database_url: str) -> None:
    async with firm(tmp_path, temporal, database_url) as house:
        case = (await house.desk.start("client-onboarding", ACME)).case
        assert await house.desk.answer(await house.token("Welcome to Northwind"), ANSWERS) == {}
        await house.task(case, "review", "reject")
        assert (await house.ended(case)).summary.outcome == "rejected"


async def witnesses_agree(house: Firm) -> None:
    """The ledger, the SMTP server and the HTTP target tell the same story, each thing once."""
    effects = await house.effects()
    assert {e.state for e in effects} <= {"sent", "done"}
    sent = sorted(e.message_id for e in effects if e.kind == "email")
    received = sorted(message_id(m) for m in house.mails())
    assert sent == received
    calls = [e for e in effects if e.kind == "call"]
    assert len({r["key"] for r in house.target.requests}) == len(house.target.requests) == len(calls)


def message_id(mail: OpenedMail) -> str:
    header = next(line for line in mail.mail.path.read_text().splitlines() if line.lower().startswith("message-id:"))
    return header.partition("<")[2].rstrip(">")


def to_client(mail: OpenedMail) -> str:
    return mail.mail.subject if "ann@acme.test" in mail.mail.to else ""
