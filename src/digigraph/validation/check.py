"""Every check of a project in one run, findings in source order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digigraph.cache import NO_CACHE
from digigraph.findings import Severity, in_source_order
from digigraph.iris import Iris
from digigraph.validation.engine.bounds import DEFAULT_BOUNDS, Bounds
from digigraph.validation.engine.data_graph import DataGraph
from digigraph.validation.rules.evidence import check_dates, check_evidence_graphs, check_left_out, check_roles
from digigraph.validation.rules.labels import check_definitions, check_labels
from digigraph.validation.rules.queries import check_queries, check_use
from digigraph.validation.rules.quotes import check_quotes
from digigraph.validation.rules.repetition import check_repetition
from digigraph.validation.rules.terms import Terms, check_terms
from digigraph.validation.shacl.targets import check_targets
from digigraph.validation.shapes.checking import ShapesCheck
from digigraph.validation.shapes.consequences import is_ontology_lost, without_consequences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from digigraph.cache import Cache
    from digigraph.dataset.statements import Dataset
    from digigraph.findings import Finding
    from digigraph.settings import Settings
    from digigraph.sources.corpus import Corpus

_LEFT_OUT = "Correct first what was left out because of a mistake: the rows may come back with it."


def check(
    corpus: Corpus,
    dataset: Dataset,
    settings: Settings,
    ask: Callable[[str], int | None],
    *,
    cache: Cache = NO_CACHE,
) -> list[Finding]:
    """Run every check.

    Parameters
    ----------
    corpus, dataset
        What was read, and what was built of it.
    settings
        Base IRI, languages, and how long the shapes may take.
    ask
        Asks the dataset, as :func:`digigraph.validation.rules.queries.check_queries` needs it.
    cache
        For the results of shapes.

    Returns
    -------
    list of Finding
        In source order, each once; those met while reading and building are among them.
    """
    iris = Iris(settings.base_iri)
    terms = Terms(corpus.ontology)
    of_terms = list(_of_terms(corpus, dataset, terms))
    of_shapes = _of_shapes(corpus, dataset, settings, cache)
    told = {(each.result.focus, each.result.path) for each in of_shapes if each.result is not None}
    # A word that facts files cannot have is told already, and better: as the word that it is there.
    met = {each.location for each in corpus.findings}
    found = [
        *corpus.findings,
        *dataset.findings,
        *_of_evidence(corpus, dataset, iris),
        *(each for each in of_terms if each.location not in met),
        *of_shapes,
        *_of_queries(corpus, ask, {each.location.path for each in of_terms}),
    ]
    if not corpus.unread:
        found += _of_use(corpus, dataset, terms, iris)
        found += check_labels(dataset, terms, iris, settings.languages.split(), told)
    if not is_ontology_lost(corpus):
        found += check_definitions(corpus.ontology, terms, iris)
    return in_source_order(found)


def _of_shapes(corpus: Corpus, dataset: Dataset, settings: Settings, cache: Cache) -> list[Finding]:
    """What the shapes find, also in what is said and not proven; not what only follows from other mistakes."""
    iris = Iris(settings.base_iri)
    asked = replace(dataset, statements=(*dataset.statements, *dataset.unproven)) if dataset.unproven else dataset
    results = check_shapes(corpus, asked, iris, bounds=Bounds(seconds=settings.shapes_seconds), cache=cache)
    described = {str(each.subject) for each in dataset.default_graph}
    return list(without_consequences(results, corpus, described, iris))


def check_shapes(
    corpus: Corpus, dataset: Dataset, iris: Iris, *, bounds: Bounds = DEFAULT_BOUNDS, cache: Cache = NO_CACHE
) -> Iterable[Finding]:
    """Yield a finding for each SHACL result, at the line where the value, else the subject, is written."""
    data = DataGraph(dataset.default_graph, iris.prefixes, bounds=bounds, cache=cache)
    return ShapesCheck(dataset, corpus.shapes, data=data, shorten=iris.shorten).findings()


def _of_evidence(corpus: Corpus, dataset: Dataset, iris: Iris) -> Iterator[Finding]:
    """What is wrong between what is said and the words that it rests on."""
    texts = {iris.document_version(each.slug, each.version).value: each.text for each in corpus.documents}
    yield from check_quotes(dataset, texts)
    yield from check_roles(dataset, iris)
    yield from check_evidence_graphs(dataset, iris)
    yield from check_left_out(corpus)
    yield from check_dates(corpus.documents)
    yield from check_repetition(corpus)


def _of_terms(corpus: Corpus, dataset: Dataset, terms: Terms) -> Iterable[Finding]:
    """Terms that do not exist; where the ontology is not whole, they may."""
    if is_ontology_lost(corpus):
        return []
    return check_terms(terms, [*dataset.statements, *corpus.shapes], corpus.queries)


def _of_use(corpus: Corpus, dataset: Dataset, terms: Terms, iris: Iris) -> Iterator[Finding]:
    """What shapes and queries ask for and nothing has."""
    if not any(each.location.path.startswith("shapes/") for each in corpus.findings):
        # What was lost there may use the others.
        yield from check_targets(corpus.shapes, dataset.default_graph, terms.described, iris.shorten)
    yield from check_use(corpus.queries, dataset, terms, iris.shorten)


def _of_queries(corpus: Corpus, ask: Callable[[str], int | None], misspelt: AbstractSet[str]) -> Iterator[Finding]:
    """What is wrong with queries; where something was left out, or asked for by a term that does not exist (in the
    files ``misspelt``), it may be their rows that are missing.
    """
    for each in check_queries(corpus.queries, ask):
        if each.rule != "query-rows":
            yield each
        elif each.location.path in misspelt:
            yield replace(each, hint="Correct first the term that does not exist: the rows may come with it.")
        elif not (corpus.unread or corpus.lost):
            yield replace(each, hint=_LEFT_OUT) if corpus.missed or corpus.twice else each


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the highest severity among findings; None where there is none."""
    return max((each.severity for each in findings), default=None)
