"""What counts as one client."""

from __future__ import annotations

import pytest

from digigraph.web.exchanges.clients import Clients
from digigraph.web.exchanges.wsgi import Scope


def scope_of(address: str | None) -> Scope:
    made = Scope(
        type="http", http_version="1.1", method="GET", scheme="http", raw_path=b"/", query_string=b"", headers=[]
    )
    if address is not None:
        made["client"] = (address, 1)
    return made


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket", "a socket"),
        (None, ""),
    ],
)
def test_who_is_one_client(address: str | None, client: str):
    """An IPv4 address, however it is written; of IPv6 the network, for one client has all of its addresses."""
    assert Clients().of(scope_of(address)) == client
