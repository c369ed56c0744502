"""Our own server keeps everything that harvest-check asks of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.rules import harvest_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.harvesting.record import Record

    Harvest = Callable[[], Record]


def test_nothing_is_found_at_our_own_server(harvest: Harvest) -> None:
    """Every rule was checked, and holds."""
    record = harvest()
    assert record.findings() == []
    outcomes = record.outcomes()
    assert [each.rule for each in outcomes] == list(harvest_rules())
    assert all(each.passed for each in outcomes)
