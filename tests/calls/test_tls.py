"""The address is ours to choose, the name stays the host's: certificates are checked against the name."""

import shutil
import ssl
import subprocess
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest

from engine.gateways.guard import Guard
from engine.gateways.http import HttpRequest, HttpxCaller
from engine.gateways.outcome import Deferred
from tests.calls.house import outside

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


async def here(host: str, port: int) -> Sequence[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of crm.example and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=crm.example"]
    names = ["-addext", "subjectAltName=DNS:crm.example", "-keyout", str(key), "-out", str(made)]
    subprocess.run([*words, *names], check=True, capture_output=True, timeout=30)
    return made, key


def server(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def caller(certificate: tuple[Path, Path]) -> HttpxCaller:
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    return HttpxCaller(Guard([ip_network("127.0.0.1")], here), trusting)


async def test_a_host_is_known_by_its_name_whatever_its_address(certificate: tuple[Path, Path]) -> None:
    with outside(context=server(certificate)) as system:
        port = system.url.rpartition(":")[2]
        calling = caller(certificate)
        assert (await calling.call(HttpRequest("GET", f"https://crm.example:{port}/a"))).status == 200
        await calling.aclose()
    assert system.came[0].headers["host"] == f"crm.example:{port}"


async def test_another_name_at_the_same_address_gets_neither_the_certificate_nor_the_connection(
    certificate: tuple[Path, Path],
) -> None:
    with outside(context=server(certificate)) as system:
        port = system.url.rpartition(":")[2]
        calling = caller(certificate)
        await calling.call(HttpRequest("GET", f"https://crm.example:{port}/a"))
        for host in ("bank.example", "127.0.0.1"):
            with pytest.raises(Deferred, match=r"certificate|match"):
                await calling.call(HttpRequest("POST", f"https://{host}:{port}/b", {"secret": 1}))
        await calling.aclose()
    assert system.paths == ["/a"]


async def test_a_certificate_that_nobody_vouches_for_is_not_taken(certificate: tuple[Path, Path]) -> None:
    with outside(context=server(certificate)) as system:
        port = system.url.rpartition(":")[2]
        calling = HttpxCaller(Guard([ip_network("127.0.0.1")], here))
        with pytest.raises(Deferred, match="certificate"):
            await calling.call(HttpRequest("GET", f"https://crm.example:{port}/a"))
    assert system.came == []
