"""Where requests may go: public addresses, and the private networks that the workspace allows by name.

A host's name says nothing: `localtest.me` is this machine, `0x7f.1` and `::ffff:127.0.0.1` are too, and a name may
mean something else the second time. So every address that a name has *now* is judged, and the connection is made to
an address that was judged (see `transport`), never to the name.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from engine.gateways.outcome import Refused

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> all its addresses, as text. Raises OSError where it has none."""

# ipaddress.is_global is wrong about some of these in the Pythons that we run on: so they are listed here, after the
# special-purpose registries of IANA, with the addresses at which clouds keep the secrets of their machines.
_CLOSED_4: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), words)
    for network, words in (
        ("0.0.0.0/8", "no address of a machine"),
        ("10.0.0.0/8", "inside a private network"),
        ("100.64.0.0/10", "inside a provider's network"),
        ("127.0.0.0/8", "this machine itself"),
        ("168.63.129.16/32", "the cloud's own service for its machines"),
        ("169.254.0.0/16", "local to this machine's link, where clouds keep secrets"),
        ("172.16.0.0/12", "inside a private network"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "only for examples"),
        ("192.88.99.0/24", "a tunnel"),
        ("192.168.0.0/16", "inside a private network"),
        ("198.18.0.0/15", "only for measurements"),
        ("198.51.100.0/24", "only for examples"),
        ("203.0.113.0/24", "only for examples"),
        ("224.0.0.0/4", "many machines at once"),
        ("240.0.0.0/4", "reserved"),
    )
)
_CLOSED_6: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), words)
    for network, words in (
        ("::1/128", "this machine itself"),
        ("fc00::/7", "inside a private network"),
        ("fe80::/10", "local to this machine's link"),
        ("ff00::/8", "many machines at once"),
        ("2001::/23", "a tunnel or reserved"),  # Teredo, ORCHID, benchmarks
        ("2001:db8::/32", "only for examples"),
        ("2002::/16", "a tunnel to another address"),  # 6to4
        ("3fff::/20", "only for examples"),
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

# Ports of services that answer to lines of text, so that a request can be made to look like their own commands:
# those that browsers refuse. Where a network is allowed by name, its ports are too.
_OTHER_TALK = frozenset(
    (1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
     111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
     540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060,
     5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211)
)  # fmt: skip


async def looked_up(host: str, port: int) -> Sequence[str]:
    """Every address of a host, by the machine's own resolver, which also reads `127.1` and `0x7f000001`."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Judges hosts. `allow`: networks that may be reached although they are not public."""

    def __init__(self, allow: Sequence[Network] = (), resolve: Resolve = looked_up) -> None:
        self.allow = tuple(allow)
        self._resolve = resolve

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses to connect to. One bad address among good ones is a trap, and all are refused.

        Raises Refused (`network_denied`), and OSError where the host has no address.
        """
        if "%" in host:
            raise Refused("network_denied", f"{host} names a network card of this machine; calls do not go there.")
        try:
            found = tuple(await self._resolve(host, port))
        except UnicodeError as problem:
            raise Refused("http_request", f"{host[:100]!r} is no name of a host: {problem}") from problem
        if not found:
            raise OSError(f"{host} has no address")
        for address in found:
            self.judge(host, address, port)
        return found

    def judge(self, host: str, address: str, port: int) -> None:
        """Raises Refused (`network_denied`) where this address of the host may not be reached."""
        known = ip_address(address)
        if self._allowed(known):
            return
        if words := forbidden(known):
            is_at = f"{host} is" if host == address else f"{host} is at {address}, which is"
            setting = f"`network.allow: {known}` into baton.yaml (BATON_NETWORK_ALLOW)"
            way_out = f"If that is meant, write {setting}, start Baton again, and retry."
            raise Refused("network_denied", f"{is_at} {words}; calls go to public addresses only. {way_out}")
        if port in _OTHER_TALK:
            raise Refused("network_denied", f"Port {port} of {host} is for other services than the web's.")

    def _allowed(self, address: Address) -> bool:
        inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any(a in network for a in (address, inner) if a is not None for network in self.allow)


def forbidden(address: Address) -> str:
    """What an address is instead of public, in words that follow `is`; empty for a public one."""
    if isinstance(address, IPv4Address):
        return next((words for network, words in _CLOSED_4 if address in network), "")
    if address.ipv4_mapped:
        return forbidden(address.ipv4_mapped)
    if address in _NAT64:  # how networks without IPv4 reach it: it is as public as what is inside
        return forbidden(IPv4Address(int(address) & 0xFFFFFFFF))
    if words := next((words for network, words in _CLOSED_6 if address in network), ""):
        return words
    return "" if address in _PUBLIC_6 else "not a public address"
