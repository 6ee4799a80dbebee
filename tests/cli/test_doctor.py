"""`baton doctor`: every part is asked, and what is wrong says what to do."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from engine.health.floors import below
from engine.store import health, holds
from engine.store.store import Store
from tests.cli.conftest import Baton


def states(baton: Baton) -> dict[str, str]:
    return {line["name"]: line["state"] for line in baton("doctor", "--json").json}


def test_a_workspace_where_nothing_runs_says_so_and_what_to_do(
    baton: Baton, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_BASE_URL", "http://127.0.0.1:9")
    said = baton("doctor")
    assert said.code == 1
    assert "fail worker               no worker has ever been at work here" in said.out
    assert "-> baton up, or baton worker" in said.out
    assert "http://127.0.0.1:9 does not answer from here" in said.out
    assert "ok   database             " in said.out


def test_a_worker_that_is_at_work_is_seen_and_one_that_was_too(baton: Baton, workspace: Path, store: Store) -> None:
    for ago, state in ((timedelta(hours=1), "fail"), (timedelta(), "ok")):
        store.write_now(lambda c, ago=ago: health.well(c, health.WORKER, datetime.now(UTC) - ago))  # type: ignore[misc]
        assert states(baton)["worker"] == state


def test_open_permissions_missing_secrets_and_a_hold_are_found(baton: Baton, workspace: Path, store: Store) -> None:
    store.write_now(lambda c: holds.hold(c, "all", "sam", "they move house", datetime.now(UTC)))
    (workspace / ".baton" / "key").write_text("k")
    (workspace / ".baton" / "key").chmod(0o644)
    found = states(baton)
    assert (found["files"], found["secrets"], found["sending"]) == ("fail", "warn", "warn")


def test_a_secret_that_is_none_fails(baton: Baton, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connections = "connections:\n  crm: { title: CRM, webhook_secret: CRM_WEBHOOK_SECRET }\n"
    (workspace / "definitions" / "connections.yaml").write_text(connections)
    monkeypatch.setenv("CRM_WEBHOOK_SECRET", "whsec_?")
    assert states(baton)["secrets"] == "fail"
    assert "CRM_WEBHOOK_SECRET must hold a secret such as `whsec_...`" in baton("doctor").out


def test_the_secrets_that_sign_and_those_of_posted_mail_are_looked_at_too(
    baton: Baton, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workspace / "definitions" / "connections.yaml"
    file.write_text(file.read_text().replace("    title: CRM\n", "    title: CRM\n    signing_secret: OUR_SIGN\n"))
    monkeypatch.setenv("OUR_SIGN", "whsec_?")
    monkeypatch.setenv("REPLIES_SECRET", "whsec_!")
    said = baton("doctor").out
    assert "OUR_SIGN must hold a secret such as `whsec_...`; nothing can be sent to crm" in said
    assert "REPLIES_SECRET must hold a secret such as `whsec_...`; every mail is refused" in said


def test_a_file_that_is_no_database_is_not_our_mistake(baton: Baton, workspace: Path) -> None:
    (workspace / ".baton" / "baton.db").write_bytes(b"no database at all" * 100)
    for command in ("doctor", "status", "tasks", "worker"):
        said = baton(command)
        assert (said.code, "Restore the last backup" in said.err) == (1, True), command


def test_a_mail_server_that_lets_us_in_is_well_and_one_that_is_not_there_fails(
    baton: Baton, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        monkeypatch.setenv("BATON_MAIL_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("BATON_MAIL_SMTP_PORT", str(port))
        monkeypatch.setenv("BATON_MAIL_SMTP_TLS", "none")
        assert states(baton)["sender mail"] == "ok"
    finally:
        server.stop()
    assert states(baton)["sender mail"] == "fail"


def test_a_temporal_server_that_does_not_answer_fails(
    baton: Baton, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_TEMPORAL_ADDRESS", "127.0.0.1:9")
    assert states(baton)["temporal"] == "fail"


def test_a_package_that_is_too_old_or_missing_is_found() -> None:
    have = {"one": "1.10.0", "two": "2.0rc1", "three": "1.9"}
    wanted = ["one>=1.9", "two[extra]>=2.0", "three>=1.10", "four>=1", "five>=1; extra == 'x'", "six"]
    assert list(below(wanted, lambda name: have.get(name, ""))) == [
        ("three", "1.9", "1.10"),
        ("four", "", "1"),
        ("six", "", "0"),
    ]


def test_mistakes_in_definitions_and_a_password_that_is_not_set_are_found(
    baton: Baton, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert states(baton)["definitions"] == "ok"
    for file in ("people", "connections"):
        (workspace / "definitions" / f"{file}.yaml").write_text("- nothing\n")
    monkeypatch.setenv("BATON_MAIL_SMTP_PASSWORD_ENV", "OUR_PASSWORD")
    said = baton("doctor").out
    assert "fail definitions          mistakes in " in said
    assert "definitions/people.yaml" in said
    assert "OUR_PASSWORD" in said.partition("not set here: ")[2].partition("\n")[0]


def test_a_name_without_the_password_of_the_mail_server_is_found(
    baton: Baton, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "BATON_SMTP_PASSWORD" not in baton("doctor").out
    monkeypatch.setenv("BATON_MAIL_SMTP_USERNAME", "hello")
    assert "BATON_SMTP_PASSWORD" in baton("doctor").out.partition("not set here: ")[2].partition("\n")[0]


def test_a_mailbox_without_its_secret_takes_mail_by_smtp_while_mails_are_caught(
    baton: Baton, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert states(baton)["mailbox replies"] == "warn"
    monkeypatch.setenv("BATON_MAIL_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("BATON_MAIL_SMTP_PORT", "9")
    assert states(baton)["mailbox replies"] == "fail"
