"""Who asks: what counts as one client where questions wait for their turn, and in the log."""

from __future__ import annotations

import functools
import ipaddress
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.web.exchanges.wsgi import Scope

_NETWORK_BITS = 64
_FORWARDED_FOR = b"x-forwarded-for"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Clients:
    """Tells clients apart.

    Parameters
    ----------
    proxies
        Addresses or networks of the proxies in front of this server, whose word is taken for who has asked them. Of
        anybody else no header is asked: whoever sends it may write anything into it.
    """

    def __init__(self, proxies: Iterable[Network] = ()) -> None:
        self._proxies = tuple(proxies)

    def of(self, scope: Scope) -> str:
        """Return what the requests of one client have in common: its address, of IPv6 its network.

        One IPv6 client has the 2^64 addresses of a network of its own (RFC 6177); an IPv4 address that a socket shows
        as IPv6 (RFC 4291, section 2.5.5.2) stays one.
        """
        peer = scope.get("client")
        if not peer:
            return ""
        if not self._proxies:
            return _named(peer[0])
        address = _address(peer[0])
        if address is None or not self._is_proxy(address):
            return _named(peer[0])
        return _named(str(self._behind(address, scope)))

    def _behind(self, proxy: Address, scope: Scope) -> Address:
        """The client that a proxy names: the last that is no proxy itself, for each adds whom it was asked by."""
        values = [value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED_FOR]
        hops = [_address(each) for each in ",".join(values).split(",")]
        known = itertools.takewhile(lambda hop: hop is not None, reversed(hops))
        nearest = proxy
        for hop in known:
            assert hop is not None  # noqa: S101 - taken while it is not
            nearest = hop
            if not self._is_proxy(hop):
                break
        return nearest

    def _is_proxy(self, address: Address) -> bool:
        return any(address in network for network in self._proxies)


@functools.lru_cache(1024)
def _named(text: str) -> str:
    """The client of an address; the text itself where it is none."""
    address = _address(text)
    if address is None:
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.IPv6Network((address, _NETWORK_BITS), strict=False))


def _address(text: str) -> Address | None:
    """An address as proxies write it, perhaps with a port; None for anything else."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        address = ipaddress.ip_address(plain)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
