"""Sources that contradict each other: the default graph holds one value, by the order of the data model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.dataset.build import build
from digigraph.iris import Iris
from digigraph.sources.read import read_project
from digigraph.vocab import DG, SCHEMA

if TYPE_CHECKING:
    from projects import Project

    from digigraph.dataset.statements import Dataset

IRIS = Iris("https://example.org/graph/")
DEFAULT = ox.DefaultGraph()


def built(project: Project) -> Dataset:
    corpus = read_project(project.settings)
    assert not corpus.findings
    return build(corpus, project.settings)


def values(dataset: Dataset, predicate: ox.NamedNode, subject: str = "nhd") -> set[str]:
    """Values that the default graph holds."""
    return {
        str(getattr(triple.object, "value", "")).rpartition("/")[2]
        for triple in dataset.default_graph
        if (triple.subject, triple.predicate) == (IRIS.thing(subject), predicate)
    }


def claimed(dataset: Dataset, predicate: ox.NamedNode, subject: str = "nhd") -> set[str]:
    """Values that evidence states, accepted or not."""
    return {
        str(getattr(quad.object, "value", "")).rpartition("/")[2]
        for quad in dataset.quads
        if (quad.subject, quad.predicate) == (IRIS.thing(subject), predicate) and quad.graph_name != DEFAULT
    }


def pages(project: Project, *hosts: tuple[str, str, str]) -> None:
    """Write documents ``a``, ``b`` … that each name a host: slug of the host, lines of the fact, rank of the source."""
    (project.folder / "data/documents/nhd-page.yaml").unlink()
    (project.folder / "data/documents/nhd-page.txt").unlink()
    for slug, (host, lines, rank) in zip("abcdefg", hosts, strict=False):
        facts = f"  - quote: the host\n{lines}    says: [{{subject: nhd, host: {host}}}]\n"
        project.document(slug, f"Page {slug} names the host.", facts, sourceRank=rank)


OLD, NEW = "    asOf: 2020-03-01\n", "    asOf: 2023\n"
IMPLIED = "    implied: it seems so\n"
REJECTED = "    accepted: false\n    reason: an error of the page\n"


@pytest.mark.parametrize(
    ("hosts", "winner"),
    [
        pytest.param([("kth", OLD, "1"), ("ki", NEW, "4")], "ki", id="the latest date, whatever the source"),
        pytest.param([("kth", NEW, "4"), ("ki", OLD, "1")], "kth", id="the latest date, whatever the order"),
        pytest.param([("kth", "", "1"), ("ki", OLD, "4")], "ki", id="no date is the oldest"),
        pytest.param([("kth", "    asOf: 2023-11\n", "2"), ("ki", NEW, "2")], "ki", id="a year may reach to its end"),
        pytest.param([("kth", NEW + IMPLIED, "1"), ("ki", NEW, "4")], "ki", id="explicit before implied"),
        pytest.param([("kth", OLD, "1"), ("ki", NEW + IMPLIED, "4")], "ki", id="the date goes before the basis"),
        pytest.param([("kth", NEW, "3"), ("ki", NEW, "2")], "ki", id="the lowest rank of the source"),
        pytest.param([("kth", "", "2"), ("ki", "", "2")], "kth", id="a tie: the first evidence IRI"),
        pytest.param([("ki", "", "2"), ("kth", "", "2")], "ki", id="a tie: by IRI, not by value"),
        pytest.param(
            [("kth", NEW + REJECTED, "1"), ("ki", OLD + IMPLIED, "4")], "ki", id="the curator goes before all"
        ),
        pytest.param(
            [("kth", OLD, "4"), ("ki", NEW + REJECTED, "1"), ("vinnova", OLD, "3")],
            "vinnova",
            id="of those that are left",
        ),
        pytest.param(
            [("kth", OLD, "4"), ("ki", OLD, "3"), ("kth", NEW + IMPLIED, "4")],
            "kth",
            id="a value has its best evidence",
        ),
    ],
)
def test_the_order_of_decision(project: Project, hosts: list[tuple[str, str, str]], winner: str) -> None:
    """One host is accepted, by the rule; every host keeps its evidence."""
    pages(project, *hosts)
    dataset = built(project)
    assert values(dataset, DG["host"]) == {winner}
    assert claimed(dataset, DG["host"]) == {host for host, _, _ in hosts}


def test_sources_that_agree_do_not_compete(project: Project) -> None:
    """The same value from three documents is one triple with three evidence graphs."""
    pages(project, ("kth", OLD, "4"), ("kth", "", "1"), ("kth", NEW, "3"))
    dataset = built(project)
    assert values(dataset, DG["host"]) == {"kth"}
    graphs = {quad.graph_name for quad in dataset.quads if quad.predicate == DG["host"]} - {DEFAULT}
    assert len(graphs) == 3


def test_properties_that_may_have_several_values_keep_them(project: Project) -> None:
    """Two members of different dates are no conflict."""
    project.facts(
        "  - quote: (huvudman KTH)\n    asOf: 2020\n    says: [{subject: nhd, member: kth}]\n"
        "  - quote: started in May 2021\n    asOf: 2023\n    says: [{subject: nhd, member: ki}]\n"
    )
    assert values(built(project), SCHEMA["member"]) == {"kth", "ki"}


@pytest.mark.parametrize(
    ("term", "first", "second", "predicate"),
    [
        ("status", "running", "completed", DG["status"]),
        ("duration", "P3Y", "P4Y", DG["duration"]),
        ("partnerCount", "18", "20", DG["partnerCount"]),
        ("countryCount", "9", "8", DG["countryCount"]),
        ("startDate", "2021", "2021-05", SCHEMA["startDate"]),
        ("endDate", "2024", "2025", SCHEMA["endDate"]),
        ("foundingDate", "2010", "2011", SCHEMA["foundingDate"]),
    ],
)
def test_every_single_valued_property_has_one_value(
    project: Project, term: str, first: str, second: str, predicate: ox.NamedNode
) -> None:
    """The later of two statements is the one accepted; both are kept as evidence."""
    project.facts(
        f"  - quote: (huvudman KTH)\n    asOf: 2020\n    says: [{{subject: nhd, {term}: {first}}}]\n"
        f"  - quote: started in May 2021\n    asOf: 2023\n    says: [{{subject: nhd, {term}: {second}}}]\n"
    )
    dataset = built(project)
    assert {each.rpartition("#")[2] for each in values(dataset, predicate)} == {second}
    assert len(claimed(dataset, predicate)) == 2


def test_what_follows_from_a_losing_value_leaves_with_it(project: Project) -> None:
    """The days of a start date that lost are not in the default graph."""
    project.facts(
        "  - quote: (huvudman KTH)\n    asOf: 2020\n    says: [{subject: nhd, startDate: 2019}]\n"
        "  - quote: started in May 2021\n    asOf: 2023\n    says: [{subject: nhd, startDate: 2021-05}]\n"
    )
    dataset = built(project)
    assert values(dataset, DG["startEarliest"]) == {"2021-05-01"}
    assert claimed(dataset, DG["startEarliest"]) == {"2019-01-01", "2021-05-01"}


def test_what_a_losing_amount_introduced_leaves_with_it(project: Project) -> None:
    """Of two amounts of one grant the default graph holds one, and nothing of the other; currencies stay apart."""
    project.facts(
        "  - quote: SEK 1 991 250\n    asOf: 2022\n"
        "    says: [{subject: nhd, funding: {grant: x, amount: 1991250 SEK}}]\n"
        "  - quote: has 18 partners\n    asOf: 2021\n    says: [{subject: nhd, funding: {grant: x, amount: 5 EUR}}]\n"
    )
    dataset = built(project)
    assert values(dataset, SCHEMA["amount"], "nhd-grant-x") == {"amount-sek-1991250"}
    assert values(dataset, SCHEMA["value"], "amount-eur-5") == set()
    assert claimed(dataset, SCHEMA["value"], "amount-eur-5") == {"5"}


def test_an_amount_that_lost_here_and_holds_there_stays(project: Project) -> None:
    """An amount is a value: that it lost for one grant says nothing about another grant of the same amount."""
    project.facts(
        "  - quote: SEK 1 991 250\n    asOf: 2022\n    says: [{subject: nhd, funding: {grant: x, amount: 7 SEK}}]\n"
        "  - quote: has 18 partners\n    asOf: 2021\n    says: [{subject: nhd, funding: {grant: x, amount: 5 SEK}}]\n"
        "  - quote: (huvudman KTH)\n    says: [{subject: nhd, funding: {grant: y, amount: 5 SEK}}]\n"
    )
    dataset = built(project)
    assert values(dataset, SCHEMA["amount"], "nhd-grant-x") == {"amount-sek-7"}
    assert values(dataset, SCHEMA["amount"], "nhd-grant-y") == {"amount-sek-5"}
    assert values(dataset, SCHEMA["value"], "amount-sek-5") == {"5"}
