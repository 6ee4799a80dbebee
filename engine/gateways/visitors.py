"""Who counts as one visitor, where it is counted how often somebody comes."""

from ipaddress import IPv4Address, ip_address, ip_network

HOUSEHOLD = 64  # bits of an IPv6 address that a provider gives out; the others everybody chooses for themselves


def visitor_of(address: str) -> str:
    """The IP address; of IPv6 the network, for whoever has one address there has 2**64. Anything else as it is."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, IPv4Address):
        return str(known)
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(ip_network((known, HOUSEHOLD), strict=False))
