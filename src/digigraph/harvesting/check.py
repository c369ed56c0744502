"""The whole harvest: from one URL to everything that a server offers to harvesters."""

from __future__ import annotations

import contextlib

from digigraph.harvesting.asking import ask
from digigraph.harvesting.changes import check_changes
from digigraph.harvesting.client import Bounds, Client, Reach
from digigraph.harvesting.crawling import check_robots, check_sitemaps
from digigraph.harvesting.dataset import Described
from digigraph.harvesting.descriptions import check_catalog, check_figures, check_void
from digigraph.harvesting.dumps import check_dumps
from digigraph.harvesting.endpoint import check_endpoint
from digigraph.harvesting.exchange import FetchFailed, LimitReached, Unreachable, absolute
from digigraph.harvesting.record import Problem, Record
from digigraph.harvesting.things import check_things
from digigraph.rules import harvest_rules

_THINGS = 3
_SUBJECTS = "SELECT DISTINCT ?thing { ?thing a ?type FILTER(ISIRI(?thing)) } LIMIT 50"


def harvest_check(url: str, reach: Reach, bounds: Bounds) -> Record:
    """Play the harvester against a server, and return what came of each check.

    Parameters
    ----------
    url
        Front page of what is published there, or its endpoint.
    reach
        Which servers may be asked.
    bounds
        How much may be asked.

    Raises
    ------
    Unreachable
        No connection to the server can be made.
    """
    record = Record()
    with contextlib.closing(Client(reach, bounds)) as client:
        try:
            _check(client, record, url)
        except LimitReached as error:
            record.skip(*harvest_rules(), reason=error.message)
            record.check("harvest-finished", [Problem(url=url, message=error.message)])
        else:
            record.check("harvest-finished", ())
    return record


def _check(client: Client, record: Record, url: str) -> None:
    try:
        sitemaps = check_robots(client, record, url)
    except Unreachable:
        raise
    except FetchFailed as error:
        record.check("harvest-robots-readable", [Problem(url=error.url, message=error.message)])
        record.skip(*harvest_rules(), reason="robots.txt cannot be had, which forbids everything.")
        return
    check_sitemaps(client, record, url, sitemaps)
    described = Described()
    check_void(client, record, url, described)
    check_catalog(client, record, url, described)
    endpoint = check_endpoint(client, record, url, described)
    if endpoint is not None and described.dataset is not None:
        check_figures(client, record, described, endpoint)
    check_dumps(client, record, described, endpoint)
    things = _things(client, described, endpoint)
    if things:
        check_things(client, record, things)
    check_changes(client, record, url, described)


def _things(client: Client, described: Described, endpoint: str | None) -> list[str]:
    """What the description names as examples, else what the endpoint has and the server could answer for."""
    if described.examples:
        return described.examples[:_THINGS]
    if endpoint is None:
        return []
    with contextlib.suppress(FetchFailed):
        found = (absolute(row.get("thing", "")) for row in ask(client, endpoint, _SUBJECTS))
        return [each for each in found if each is not None and client.may_ask(each)][:_THINGS]
    return []
