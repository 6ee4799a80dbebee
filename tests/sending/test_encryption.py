"""Real servers with real certificates: who is not who they should be gets no mail and no password."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from engine.gateways.mail import NoServer, SmtpMailer
from tests.gateways.letters import Committed, a_mail
from tests.sending.certificates import Authority

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the connection itself is encrypted


class Kept:
    """What the server was given."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.passwords: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self.mails.append(envelope)
        return "250 kept"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.passwords.append(data.password)
        return AuthResult(success=data.password == b"right", handled=False)


@asynccontextmanager
async def server(certificate: tuple[Path, Path], kept: Kept, tls: str) -> AsyncIterator[int]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    asks = {"authenticator": kept.authenticate, "auth_required": True, "auth_require_tls": tls == "starttls"}
    upgrades = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {}
    loop = asyncio.get_running_loop()
    running = await loop.create_server(
        lambda: SMTP(kept, hostname="mail", loop=loop, **asks, **upgrades),  # type: ignore[arg-type]
        "127.0.0.1",
        0,
        ssl=context if tls == "tls" else None,
    )
    try:
        yield running.sockets[0].getsockname()[1]
    finally:
        running.close()


def mailer(port: int, tls: str, **more: Any) -> SmtpMailer:
    return SmtpMailer("127.0.0.1", port, username="baton", tls=tls, timeout=3, **{"password": "right", **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_server_with_a_certificate_of_our_authority_gets_the_mail(tls: str, tmp_path: Path) -> None:
    authority, kept = Authority(tmp_path), Kept()
    async with server(authority.certificate("mail"), kept, tls) as port:
        sending = mailer(port, tls, ca=authority.ca)
        for _ in range(3):
            await sending.send(a_mail(envelope="replies@northwind.test"), Committed())
        await sending.aclose()
    assert [mail.mail_from for mail in kept.mails] == ["replies@northwind.test"] * 3
    assert kept.passwords == [b"right"], "one connection, one password"


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize("how", ["unknown authority", "other host", "over"])
async def test_a_server_that_is_not_to_be_trusted_gets_neither_mail_nor_password(
    how: str, tls: str, tmp_path: Path
) -> None:
    authority, kept = Authority(tmp_path), Kept()
    address = "127.0.0.2" if how == "other host" else "127.0.0.1"
    certificate = authority.certificate("mail", address, over=how == "over")
    async with server(certificate, kept, tls) as port:
        sending = mailer(port, tls, ca=None if how == "unknown authority" else authority.ca)
        with pytest.raises(
            NoServer, match=r"The certificate of the mail server 127\.0\.0\.1 is not to be trusted"
        ) as no:
            await sending.send(a_mail(), Committed())
    assert no.value.code == "server_certificate"
    assert ("has to renew it" in str(no.value)) == (how == "over")
    assert (kept.mails, kept.passwords) == ([], [])


async def test_a_wrong_password_is_the_account_s_trouble_and_not_the_mail_s(tmp_path: Path) -> None:
    authority, kept = Authority(tmp_path), Kept()
    async with server(authority.certificate("mail"), kept, "tls") as port:
        with pytest.raises(NoServer, match="535") as no:
            await mailer(port, "tls", ca=authority.ca, password="wrong").send(a_mail(), Committed())
    assert no.value.code == "server_535"
    assert kept.mails == []


async def test_the_wrong_port_is_named(tmp_path: Path) -> None:
    authority, kept = Authority(tmp_path), Kept()
    async with server(authority.certificate("mail"), kept, "starttls") as port:
        with pytest.raises(NoServer, match="Is it the right port"):
            await mailer(port, "tls", ca=authority.ca).send(a_mail(), Committed())


async def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(NoServer, match=r"nowhere\.pem cannot be read"):
        await mailer(9, "tls", ca=tmp_path / "nowhere.pem").send(a_mail(), Committed())


@pytest.mark.parametrize("offers", [b"250 plain\r\n", b"250-plain\r\n250 STARTTLS\r\n"], ids=["stripped", "injected"])
async def test_somebody_on_the_way_gets_nothing(offers: bytes) -> None:
    """Who takes STARTTLS out of the offer, or puts plain answers behind the yes, learns no password."""
    heard = bytearray()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            heard.extend(line)
            writer.write(offers if line.startswith(b"EHLO") else b"220 go\r\n250-plain\r\n250 AUTH PLAIN\r\n235 in\r\n")

    running = await asyncio.start_server(meet, "127.0.0.1", 0)
    port = running.sockets[0].getsockname()[1]
    with pytest.raises(NoServer):
        await mailer(port, "starttls").send(a_mail(), Committed())
    running.close()
    assert b"AUTH" not in heard
    assert b"MAIL" not in heard
