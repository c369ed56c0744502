"""Who asks: what counts as one client where questions wait for their turn."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digigraph.web.wsgi import Scope

_NETWORK_BITS = 64


def client_of(scope: Scope) -> str:
    """Return what the requests of one client have in common: the address of the peer, of IPv6 its network.

    One IPv6 client has the 2^64 addresses of a network of its own (RFC 6177); an IPv4 address that a socket shows as
    IPv6 (RFC 4291, section 2.5.5.2) stays one. No header is asked: whoever sends it may write into it what he likes.
    """
    peer = scope.get("client")
    if not peer:
        return ""
    try:
        address = ipaddress.ip_address(peer[0])
    except ValueError:
        return peer[0]
    if isinstance(address, ipaddress.IPv4Address):
        return peer[0]
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, _NETWORK_BITS), strict=False))
