"""A page shows what its record holds, all of it and nothing else: over every page of a graph, in both languages."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import lxml.html
import pyoxigraph as ox
import pytest
from embedded import EmbeddedBackend
from projects import made_project, published_repository

from digigraph.iris import Iris
from digigraph.pipeline import publish
from digigraph.publishing.edition.graph import Edition
from digigraph.publishing.pages.contents import contents
from digigraph.publishing.pages.documents import describe_document, describe_evidence
from digigraph.publishing.pages.entities import Statement, describe
from digigraph.publishing.pages.ontology import describe_ontology
from digigraph.publishing.pages.overview import overview
from digigraph.store.answering.backend import rows
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app
from digigraph.web.language.readable import grouped, readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flask.testing import FlaskClient
    from lxml.html import HtmlElement

    from digigraph.publishing.edition.labels import Label
    from digigraph.publishing.pages.documents import Claim
    from digigraph.publishing.pages.marking import Piece
    from digigraph.publishing.pages.sentences import Sentence
    from digigraph.vocab import Term

FACTS = """\
  - quote: Nordic Health Data (huvudman KTH)
    asOf: 2020
    says:
      - {subject: nhd, host: kth}
  - quote: KTH takes part.
    occurrence: 1
    asOf: 2023
    says:
      - {subject: nhd, host: ki}
      - {subject: nhd, member: kth, duration: P3Y}
  - quote: KTH takes part.
    occurrence: 2
    implied: it says so again
    says:
      - {subject: nhd, member: kth}
  - quote: funded by Vinnova with SEK 1 991 250
    says:
      - {subject: nhd, funding: {number: 2017-03416, funder: vinnova, amount: 1991250 SEK}}
  - quote: Ada Berg leads Nordic Health Data
    says:
      - {subject: nhd, lead: ada-berg, alternateName: "<script>alert(1)</script>"}
"""


class Shown:
    """The pages of one graph beside its records, in one language."""

    def __init__(self, client: FlaskClient, edition: Edition) -> None:
        self.edition = edition
        self._client = client

    def page(self, path: str) -> HtmlElement:
        """What stands in the main part of a page."""
        reply = self._client.get(f"{path}?lang={self.edition.language}", headers={"Accept": "text/html"})
        assert reply.status_code == 200, path
        return lxml.html.document_fromstring(reply.text).get_element_by_id("main")

    def triples(self, path: str) -> list[bytes]:
        """Lines of an answer in N-Triples."""
        reply = self._client.get(path)
        assert reply.status_code == 200, path
        return reply.data.splitlines()

    def names(self, folder: str) -> list[str]:
        """Last parts of the IRIs of a folder of which the default graph says something."""
        query = f"SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{self.edition.iris.base}{folder}/')) }}"
        return sorted(str(row["s"]).strip("<>").rpartition("/")[2] for row in rows(self.edition.backend, query))


@pytest.fixture(scope="module", params=["small", pytest.param("repository", marks=pytest.mark.long)])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Shown]]:
    """A graph in English and in Swedish: a small one with everything that pages mark, and the repository's own."""
    folder = tmp_path_factory.mktemp("records") / "project"
    if request.param == "small":
        made = made_project(folder)
        made.facts(FACTS)
        publish(made.settings)
        settings = made.settings
    else:
        settings = published_repository(folder)
        publish(settings)
    snapshot = SnapshotCatalog(settings.state_folder).active()
    assert snapshot is not None
    backend = EmbeddedBackend(
        snapshot, base_iri=settings.base_iri, answer_bytes=settings.answer_bytes, answer_rows=settings.answer_rows
    )
    client = create_app(settings, backend).test_client()
    iris = Iris(settings.base_iri)
    yield [Shown(client, Edition(backend, iris, language, snapshot.read_file)) for language in ("en", "sv")]
    backend.close()


# What is read from a page


def text(node: HtmlElement) -> str:
    return node.text_content().strip()


def select(node: HtmlElement, selector: str) -> list[HtmlElement]:
    """Descendants by steps of tag and class, as in ``ul.claims li``."""
    path = "."
    for step in selector.split():
        tag, _, name = step.partition(".")
        path += f"//{tag or '*'}" + (f"[contains(concat(' ', @class, ' '), ' {name} ')]" if name else "")
    return node.xpath(path)


def texts(node: HtmlElement, selector: str) -> list[str]:
    return [text(each) for each in select(node, selector)]


def statements_in(groups: HtmlElement) -> list[tuple[object, ...]]:
    """Property, value, marks and parts of each statement in a list of them."""
    found, name = [], ""
    for child in groups:
        if child.tag == "dt":
            name = text(child)
            continue
        (value,) = child.xpath("./div[@class='value']")
        marks = {each.get("class").removeprefix("tag").strip() for each in select(value, ".tag")}
        parts = [row for each in child.xpath("./dl") for row in statements_in(each)]
        found.append((name, text(value[0]), marks, parts))
    return found


# What a record says should be there


def label(one: Label) -> str:
    return one.text.strip() if len(one.text) <= 300 else one.text[:299] + "…"


def named(edition: Edition, term: Term, labels: Mapping[str, Label]) -> str:
    if isinstance(term, ox.NamedNode):
        return label(labels[term.value])
    assert isinstance(term, ox.Literal)
    return readable(term, edition.language).strip()


def expected(
    edition: Edition, statements: Iterable[Statement], labels: Mapping[str, Label]
) -> list[tuple[object, ...]]:
    found = []
    for each in statements:
        shown = named(edition, each.term, labels)
        if each.amount:
            shown = grouped(each.amount)
        elif each.kind and labels[getattr(each.term, "value", "")].is_last_resort:
            shown = label(labels[each.kind])
        marks = {
            name
            for name, holds in (
                ("corroborated", each.documents > 1),
                ("implied", each.is_implied),
                ("contested", each.is_contested),
                ("", each.is_curated and not each.sentences),
            )
            if holds
        }
        parts = [] if each.amount else expected(edition, each.parts, labels)
        found.append((label(labels[each.predicate]), shown, marks, parts))
    return found


def claims(edition: Edition, said: Iterable[Claim], labels: Mapping[str, Label]) -> list[list[str]]:
    return [
        [label(labels[subject]), label(labels[predicate]), named(edition, value, labels)]
        for subject, predicate, value in said
    ]


def proofs(sentences: Iterable[Sentence]) -> set[tuple[str, str]]:
    return {(each.quote.strip(), each.evidence.rpartition("/")[2]) for each in sentences}


def assert_text(page: HtmlElement, pieces: Iterable[Piece]) -> None:
    """The text as it is, with exactly the quoted pieces marked."""
    (shown,) = select(page, "div.text") or [None]
    if shown is None:
        assert not pieces
        return
    marked = [each.text_content() for each in select(shown, "mark")]
    for anchor in select(shown, "a.anchor"):
        anchor.drop_tag() if anchor.text is None else anchor.drop_tree()
    assert shown.text_content() == "".join(each.text for each in pieces)
    assert marked == [each.text for each in pieces if each.quoted]


# The tests


def test_pages_of_things(both: list[Shown]):
    """Names, types, every statement with its value, marks and parts in order, and every sentence that proves one."""
    for shown in both:
        for slug in shown.names("id"):
            record, page = describe(shown.edition, shown.edition.iris.thing(slug)), shown.page(f"/page/{slug}")
            assert texts(page, "h1") == [label(record.label)], slug
            assert texts(page, ".types a") == [label(record.labels[each]) for each in record.types], slug
            groups = page.xpath("./dl[contains(@class, 'statements')]")
            sections = [each for each in (record.outgoing, record.rejected, record.incoming) if each]
            assert [statements_in(each) for each in groups] == [
                expected(shown.edition, each, record.labels) for each in sections
            ], slug
            read = {
                (text(select(each, "blockquote")[0]), each.xpath(".//a/@href")[0].partition("?")[0].rpartition("/")[2])
                for each in select(page, "figure.sentence")
            }
            assert read == proofs(one for each in record.statements for one in each.sentences), slug


def test_pages_of_documents(both: list[Shown]):
    """The whole text with its quotes marked, and every sentence with what it says, in the order of the text."""
    for shown in both:
        for slug in shown.names("doc"):
            record, page = (
                describe_document(shown.edition, shown.edition.iris.document(slug)),
                shown.page(f"/doc/{slug}"),
            )
            assert texts(page, "h1") == [label(record.about.label)]
            facts = page.xpath(".//ol[@class='facts']/li")
            assert [texts(each, "blockquote") for each in facts] == [[each.quote.strip()] for each in record.sentences]
            for fact, sentence in zip(facts, record.sentences, strict=True):
                said = [
                    [text(term) for term in each.xpath(".//a | .//*[@class='literal']")]
                    for each in select(fact, "ul.claims li")
                ]
                assert said == claims(shown.edition, record.claims.get(sentence.evidence, ()), record.labels)
            assert_text(page, record.text)
            assert [each.get("lang", "") for each in select(page, "div.text")] == [record.language] * bool(record.text)


def test_pages_of_evidence(both: list[Shown]):
    """The sentence, why it is believed, what it says, and the words around it."""
    for shown in both:
        for name in shown.names("ev"):
            record, page = (
                describe_evidence(shown.edition, shown.edition.iris.at(f"ev/{name}")),
                shown.page(f"/ev/{name}"),
            )
            assert texts(page, "figure.sentence blockquote") == [record.sentence.quote.strip()], name
            assert record.sentence.reason in text(page)
            said = [[text(cell[0]) for cell in row] for row in select(page, "tbody tr")]
            assert said == claims(shown.edition, record.claims, record.labels), name
            assert_text(page, record.text)


def test_the_page_of_the_ontology(both: list[Shown]):
    """Every term under its kind with name, definition and alignments; terms stand where links lead."""
    for shown in both:
        record, page = describe_ontology(shown.edition), shown.page("/ns")
        lists = select(page, "dl.terms")
        for terms, listed in zip(record.kinds.values(), lists, strict=True):
            names = select(listed, "dt")
            assert [each.get("id") for each in names] == [each.fragment for each in terms]
            assert [text(each[0]) for each in names] == [label(record.labels[each.iri]) for each in terms]
            for term, about in zip(terms, select(listed, "dd"), strict=True):
                assert texts(about, "p") == ([label(term.definition)] if term.definition else [])
                assert len(select(about, "li")) == len(term.alignments)


def test_the_front_page_and_the_catalogue(both: list[Shown]):
    """Every thing under its kind, every document; every class and property with its count."""
    for shown in both:
        record, page = overview(shown.edition), shown.page("/")
        lists = page.xpath("./ul[@class='things']")
        listed = [*(each.things for each in record.kinds), record.documents.things]
        assert [texts(each, "li") for each in lists] == [[label(name) for _, name in things] for things in listed]
        figures, catalog = contents(shown.edition), shown.page("/catalog")
        counted = [(text(row[0]), text(row[2])) for row in select(catalog, "tbody tr")]
        assert Counter(counted) == Counter(
            (label(figures.labels[iri]), grouped(str(count))) for iri, count in (*figures.classes, *figures.properties)
        )


def test_all_data_together_holds_the_default_graph(both: list[Shown]):
    """Whoever reads the data of every thing, document, evidence and of the ontology has every accepted triple."""
    shown = both[0]
    paths = ["/ns.nt", *(f"/{to}/{name}.nt" for of, to in FOLDERS.items() for name in shown.names(of))]
    read = {triple for path in paths for triple in shown.triples(path)}
    assert set(shown.triples("/graph/accepted?format=nt")) <= read


FOLDERS = {"id": "data", "doc": "doc", "ev": "ev"}
"""Of the IRIs of things, documents and evidence, and of their data."""
