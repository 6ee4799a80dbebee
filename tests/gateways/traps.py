"""Addresses that must never be reached, in every spelling, and a listener at this machine that counts who comes."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from engine.gateways.guard import looked_up

LITERAL = (
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "0", "0.0.0.0", "0.1.2.3",
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.1", "0x7F.0x0.0x0.0x1",
    "127.0.0.1.", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254",
    "169.254.170.2", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "100.64.0.1", "100.100.100.200",
    "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "192.88.99.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[fc00::1]",
    "[fd00:ec2::254]", "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[ff02::1]", "[5f00::1]", "[2001:2::1]",
)  # fmt: skip
"""Hosts that are addresses, as they stand in a URL."""

NAMES = {
    "localhost": ("127.0.0.1", "::1"),
    "LOCALHOST.": ("127.0.0.1",),
    "local.trap.example": ("127.0.0.1",),
    "mixed.trap.example": ("93.184.215.14", "127.0.0.1"),
    "mixed6.trap.example": ("93.184.215.14", "::1"),
    "meta.trap.example": ("169.254.169.254",),
    "mapped.trap.example": ("::ffff:127.0.0.1",),
    "nat.trap.example": ("64:ff9b::7f00:1",),
    "ｌｏｃａｌ.trap.example": ("127.0.0.1",),
    "bücher.trap.example": ("127.0.0.2",),
}  # fmt: skip
"""Hosts that are names, and what a resolver says of them."""

STRANGE = (
    "http://user:secret@127.0.0.1:{port}/", "http://93.184.215.14@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@93.184.215.14/", "http://127.0.0.1:{port}\\@93.184.215.14/", "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://１２７.０.０.１:{port}/",
    "http://127。0。0。1:{port}/", "http://127.0.0.1%00.example:{port}/", "http://[::1%25lo]:{port}/",
    "gopher://127.0.0.1:{port}/", "file:///etc/passwd", "ftp://127.0.0.1:{port}/",
    "http://{long}.example:{port}/".replace("{long}", "a" * 70),
)  # fmt: skip
"""Whole addresses whose trick is not the host alone."""


def urls(port: int) -> list[str]:
    """Every trap as a URL that would reach the listener at this port if nobody watched."""
    hosts = [*LITERAL, *NAMES, "turning.trap.example"]
    return [f"http://{host}:{port}/" for host in hosts] + [url.replace("{port}", str(port)) for url in STRANGE]


@dataclass
class Listener:
    """What has come to this machine's port; it answers nothing."""

    port: int
    came: int = 0

    def __post_init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The traps' own resolver. `turning.trap.example` is public the first time and this machine ever after."""
        self.asked[host] += 1
        if host == "turning.trap.example":
            return ["192.0.2.1" if self.asked[host] > 1 else "127.0.0.1"]
        if host.endswith(".example"):
            known = {name.encode("idna").decode(): found for name, found in NAMES.items()}
            return known.get(host, ("127.0.0.1",))
        return await looked_up(host, port)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """A listener at every address of this machine, IPv4 and IPv6, at one port."""
    server_socket = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    listener = Listener(server_socket.getsockname()[1])

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.came += 1
        writer.close()

    server = await asyncio.start_server(meet, sock=server_socket)
    try:
        yield listener
    finally:
        server.close()
