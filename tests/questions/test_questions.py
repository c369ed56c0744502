"""The stored questions are answered with the rows that the documents demand.

Beside this file stands ``{name}.yaml`` for each ``queries/{name}.rq``; ``tests/plugins/questions.py`` says how they are
written.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib

from digigraph.dataset.build import build
from digigraph.iris import Iris
from digigraph.sources.facts.quoting import CapturedText
from digigraph.sources.read import read_project
from questions import (
    EXPECTATIONS,
    NAMES,
    QUERIES,
    XSD_STRING,
    bound,
    literal,
    of_kind,
    read_expected,
    read_question,
    rows_of,
    said_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projects import Project

    from digigraph.settings import Settings
    from digigraph.sources.corpus import Corpus
    from digigraph.stored_query import StoredQuery
    from questions import Expected, Row, Value

DOCUMENTS = Path(__file__).parent.parent.parent / "data" / "documents"
# Their other values have to be tried.
WITH_PARAMETERS = [name for name in NAMES if "#! param " in (QUERIES / f"{name}.rq").read_text(encoding="utf-8")]
# How many questions of each kind there are at least.
KINDS = {
    "look-up": 6,
    "join": 8,
    "aggregation": 5,
    "money": 4,
    "negation": 4,
    "empty": 4,
    "path": 4,
    "names": 4,
    "interval": 3,
    "as-of": 3,
    "conflict": 2,
    "corroboration": 3,
    "provenance": 4,
}


class Answers:
    """Asks the graph of this repository, or the graph that some of its documents alone would give."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._corpus: Corpus = read_project(settings)
        self._stores: dict[frozenset[str], ox.Store] = {}
        self.documents = frozenset(each.slug for each in self._corpus.documents)

    def nquads(self, documents: frozenset[str]) -> bytes:
        """Return the dataset that these documents give."""
        chosen = tuple(each for each in self._corpus.documents if each.slug in documents)
        return build(dataclasses.replace(self._corpus, documents=chosen), self._settings).nquads

    def rows(self, text: str, documents: Iterable[str] | None = None) -> list[Row]:
        """Return the rows of a query, in order."""
        chosen = self.documents if documents is None else frozenset(documents)
        if chosen not in self._stores:
            self._stores[chosen] = ox.Store()
            self._stores[chosen].bulk_load(self.nquads(chosen), format=ox.RdfFormat.N_QUADS)
        return rows_of(self._stores[chosen], text)


@pytest.fixture(scope="session")
def answers(repository: Project) -> Answers:
    """The graph of this repository, built once."""
    return Answers(repository.settings)


@pytest.fixture(scope="session")
def iris(repository: Project) -> Iris:
    """The IRIs of this repository's graph."""
    return Iris(repository.settings.base_iri)


@pytest.fixture(scope="session")
def second_engine(answers: Answers) -> rdflib.Dataset:
    """The same graph in an engine that shares no code with the first."""
    dataset = rdflib.Dataset(default_union=False)
    for quad in ox.parse(answers.nquads(answers.documents), format=ox.RdfFormat.N_QUADS):
        name = quad.graph_name
        graph = dataset.graph(rdflib.URIRef(name.value)) if isinstance(name, ox.NamedNode) else dataset.default_graph
        graph.add((_rdflib_term(quad.subject), _rdflib_term(quad.predicate), _rdflib_term(quad.object)))
    return dataset


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """The name of each stored question in turn."""
    return str(request.param)


@pytest.fixture
def question(name: str) -> StoredQuery:
    """The stored question, read."""
    return read_question(name)


@pytest.fixture
def expected(name: str, iris: Iris) -> Expected:
    """What the documents demand of it."""
    return read_expected(name, iris)


class TestCollection:
    """The questions as a whole."""

    def test_every_question_has_its_rows_and_the_other_way_round(self):
        """No question without an expectation, no expectation without a question."""
        assert {path.stem for path in EXPECTATIONS.glob("*.yaml")} == set(NAMES)

    def test_there_are_enough(self):
        """At least thirty."""
        assert len(NAMES) >= 30

    def test_every_kind_is_there(self, iris: Iris):
        """Each kind of question is asked often enough, and no kind is made up."""
        count = Counter(kind for each in NAMES for kind in read_expected(each, iris).kinds)
        assert count.keys() == KINDS.keys()
        assert {kind: number for kind, number in count.items() if number < KINDS[kind]} == {}


class TestForm:
    """A question as people see it in a list."""

    def test_is_described_in_both_languages(self, question: StoredQuery):
        """A title that asks and a description that is a sentence, in Swedish and English."""
        assert question.titles.keys() == question.descriptions.keys() == {"sv", "en"}
        assert [each for each in question.titles.values() if not each.endswith("?")] == []
        assert [each for each in question.descriptions.values() if not each.endswith(".")] == []
        assert question.titles["sv"] != question.titles["en"]

    def test_promises_the_rows_that_the_documents_give(self, question: StoredQuery, expected: Expected):
        """The number in the file is that of the expected rows."""
        assert question.rows == len(expected.rows)

    def test_parameters_have_another_value_to_try(self, question: StoredQuery, expected: Expected):
        """A question with parameters is asked with other values too, a question without has none to try."""
        assert bool(question.parameters) == bool(expected.parameters) == (question.name in WITH_PARAMETERS)
        assert expected.parameters.keys() <= {each.name for each in question.parameters}


class TestAnswers:
    """The rows."""

    def test_rows_are_those_of_the_documents(self, question: StoredQuery, expected: Expected, answers: Answers):
        """Exactly these rows, each as often as expected, in order where that is said."""
        given = answers.rows(question.text)
        wanted = [each.row for each in expected.rows]
        assert Counter(given) == Counter(wanted)
        if expected.is_ordered:
            assert given == wanted

    @pytest.mark.parametrize("name", WITH_PARAMETERS)
    def test_other_values_give_other_rows(
        self, question: StoredQuery, expected: Expected, answers: Answers, iris: Iris
    ):
        """The question with its parameters bound to other values has the rows of these values."""
        text = bound(question, expected, iris)
        given = answers.rows(text)
        wanted = [each.row for each in expected.bound_rows]
        assert text != question.text
        assert Counter(given) == Counter(wanted)
        assert Counter(given) != Counter(answers.rows(question.text))
        if expected.is_ordered:
            assert given == wanted

    # rdflib uses names of its own that it deprecates.
    @pytest.mark.filterwarnings(r"ignore:Dataset\.(default_context|contexts) is deprecated:DeprecationWarning")
    def test_another_engine_gives_the_same(
        self, question: StoredQuery, expected: Expected, second_engine: rdflib.Dataset
    ):
        """The file runs as it is in rdflib, with the same rows."""
        given = Counter(
            frozenset((str(name), _rdflib_value(term)) for name, term in each.asdict().items())
            for each in second_engine.query(question.text)
        )
        assert given == Counter(each.row for each in expected.rows)

    @pytest.mark.parametrize("name", [name for name in NAMES if "ordered" in said_of(name)])
    def test_ordered_rows_have_one_order(self, question: StoredQuery, expected: Expected):
        """Order is asked for only where the query sets it and no two rows are alike."""
        assert expected.is_ordered
        assert "ORDER BY" in question.text
        assert all(one.row != other.row for one, other in pairwise(expected.rows))


def _rdflib_term(term: object) -> rdflib.URIRef | rdflib.Literal:
    if isinstance(term, ox.Literal):
        datatype = None if term.language or term.datatype.value == XSD_STRING else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, lang=term.language, datatype=datatype)
    assert isinstance(term, ox.NamedNode)
    return rdflib.URIRef(term.value)


def _rdflib_value(term: object) -> Value:
    if isinstance(term, rdflib.Literal):
        return literal(str(term), str(term.datatype or XSD_STRING), term.language or "")
    assert isinstance(term, rdflib.URIRef)
    return ("iri", str(term))


class TestWords:
    """What the rows rest on."""

    def test_words_stand_in_their_documents(self, expected: Expected):
        """Every quotation of an expectation is found in the captured text."""
        missing = [
            (document, quote)
            for each in expected.every_row
            for document, quotes in each.rests.items()
            for quote in quotes
            if not captured(document).find(quote)
        ]
        assert missing == []

    def test_every_row_rests_on_words(self, expected: Expected):
        """No row without a document, no document without words."""
        assert all(each.rests and all(each.rests.values()) for each in expected.every_row)

    def test_a_row_needs_no_other_document(
        self, question: StoredQuery, expected: Expected, answers: Answers, iris: Iris
    ):
        """The graph of just the documents that a row rests on has the row."""
        texts = [(question.text, expected.rows), (bound(question, expected, iris), expected.bound_rows)]
        lost = [
            (each.row, sorted(each.rests))
            for text, rows in texts
            for each in rows
            if each.row not in answers.rows(text, each.rests)
        ]
        assert lost == []

    @pytest.mark.parametrize("name", of_kind("join"))
    def test_a_join_needs_all_its_documents(self, question: StoredQuery, expected: Expected, answers: Answers):
        """A row of a join rests on two documents or more, and no single document has it."""
        assert [each.row for each in expected.rows if len(each.rests) < 2] == []
        alone = {row for document in answers.documents for row in answers.rows(question.text, [document])}
        assert alone & {each.row for each in expected.rows} == set()

    def test_no_answer_has_a_reason(self, expected: Expected):
        """A question without rows says why the documents have none, and only such a question is called empty."""
        assert ("empty" in expected.kinds) == (not expected.rows) == bool(expected.reason)
        if expected.parameters:
            assert (not expected.bound_rows) == bool(expected.bound_reason)

    @pytest.mark.parametrize("name", of_kind("money"))
    def test_money_has_its_currency(self, question: StoredQuery, expected: Expected):
        """A sum never stands without its currency, and sums are made for each currency by itself."""
        for each in expected.every_row:
            names = {name for name, _ in each.row}
            assert ("currency" in names) == bool(names & {"value", "total", "valuePerYear"})
        assert "SUM(" not in question.text or "GROUP BY ?currency" in question.text


@functools.cache
def captured(document: str) -> CapturedText:
    """Return the text of a document as it was captured."""
    (path,) = (each for each in DOCUMENTS.glob(f"{document}.*") if each.suffix != ".yaml")
    return CapturedText(path.read_bytes().decode("utf-8"), is_html=path.suffix == ".html")
