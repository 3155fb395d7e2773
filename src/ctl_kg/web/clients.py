"""Who asks: the address of a client, behind proxies too, and what may be written of it.

Source: RFC 9110 §5.3 (several lines of a field make one list); RFC 4291 §2.5.2 (mapped
addresses); RFC 6177 (a site has a network of its own, at most a /48).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from starlette.types import Scope

UNKNOWN = "unknown"
_FORWARDING = frozenset((b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"))

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Clients:
    """Names the client of each request.

    Args:
        trusted_proxies: addresses or networks whose ``X-Forwarded-For`` is believed.
    Raises:
        ValueError: one of them is neither.
    """

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._networks = tuple(ipaddress.ip_network(each) for each in trusted_proxies)
        self._is_trusted = lru_cache(maxsize=1024)(self._is_within)

    def is_trusted(self, scope: Scope) -> bool:
        """Return whether a request comes from a proxy that is believed."""
        return bool(self._networks) and self._is_trusted(peer_of(scope))

    def address_of(self, scope: Scope) -> str:
        """Return the client's address: the right-most one that no trusted proxy has.

        A client may write anything in ``X-Forwarded-For``; what a trusted proxy adds at the
        right end is true. An entry that is no address ends the search: the client is then the
        last address that was sure.
        """
        client = peer_of(scope)
        if not self._networks or not self._is_trusted(client):
            return client
        lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        if not lines:
            return client
        for entry in reversed(b",".join(lines).decode("latin-1").split(",")):
            address = parse_address(entry)
            if address is None:
                break
            client = str(address)
            if not self._is_trusted(client):
                break
        return client

    def _is_within(self, client: str) -> bool:
        address = parse_address(client)
        return address is not None and any(address in network for network in self._networks)


def peer_of(scope: Scope) -> str:
    """Return the address at the other end of the connection; ``unknown`` on a Unix socket."""
    client = scope.get("client")
    return str(client[0]) if client else UNKNOWN


@lru_cache(maxsize=4096)
def parse_address(text: str) -> _Address | None:
    """Return an address, without port, brackets or the mapping of IPv4 into IPv6, or None.

    >>> parse_address(" [2001:db8::1]:443"), parse_address("::ffff:192.0.2.1")
    (IPv6Address('2001:db8::1'), IPv4Address('192.0.2.1'))
    >>> parse_address("192.0.2.1:5000"), parse_address("_hidden")
    (IPv4Address('192.0.2.1'), None)
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=4096)
def anonymised(client: str) -> str:
    """Return the network of a client: of IPv4 the first 24 bits, of IPv6 the first 48.

    >>> anonymised("192.0.2.77"), anonymised("2001:db8:1:2::3")
    ('192.0.2.0', '2001:db8:1::')
    """
    return _network(client, 24, 48)


@lru_cache(maxsize=4096)
def limited_as(client: str) -> str:
    """Return what counts as one client: an IPv4 address, or the 64 bits of an IPv6 network.

    >>> limited_as("2001:db8:1:2:3:4:5:6")
    '2001:db8:1:2::'
    """
    return _network(client, 32, 64)


def _network(client: str, bits_4: int, bits_6: int) -> str:
    address = parse_address(client)
    if address is None:
        return UNKNOWN
    bits = bits_4 if address.version == 4 else bits_6
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False).network_address)


def is_neighbour(scope: Scope) -> bool:
    """Return whether a request comes straight from this machine or a private network.

    A request that any proxy passed on does not, whoever the proxy is.
    """
    address = parse_address(peer_of(scope))
    if address is None or not (address.is_loopback or address.is_private):
        return False
    return not any(name in _FORWARDING for name, _ in scope["headers"])
