"""Every check of a project in one run, findings in source order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding, Location, Severity, in_source_order
from digigraph.iris import Iris
from digigraph.validation import shacl
from digigraph.validation.evidence import check_dates, check_evidence_graphs, check_roles
from digigraph.validation.quotes import check_quotes
from digigraph.validation.terms import check_terms
from digigraph.vocab import DG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.dataset.statements import Dataset
    from digigraph.settings import Settings
    from digigraph.sources.read import Corpus


def check(corpus: Corpus, dataset: Dataset, settings: Settings) -> list[Finding]:
    """Run every check.

    Returns
    -------
    list of Finding
        In source order, each once; those met while reading and building are among them.
    """
    iris = Iris(settings.base_iri)
    texts = {iris.document_version(each.slug, each.version).value: each.text for each in corpus.documents}
    return in_source_order(
        [
            *corpus.findings,
            *dataset.findings,
            *check_quotes(dataset, texts),
            *check_roles(dataset, iris),
            *check_evidence_graphs(dataset, iris),
            *check_dates(corpus.documents),
            *check_terms(corpus.ontology, _uses(corpus, dataset), corpus.queries),
            *check_shapes(corpus, dataset, iris),
        ]
    )


def _uses(corpus: Corpus, dataset: Dataset) -> Iterator[tuple[ox.Quad, Location]]:
    """Everything that may use a term: the dataset and the shapes."""
    yield from ((each.quad, each.location) for each in dataset.statements)
    yield from ((each.quad, each.location) for each in corpus.shapes)


def check_shapes(corpus: Corpus, dataset: Dataset, iris: Iris) -> Iterable[Finding]:
    """Yield a finding for each SHACL result, at the line where the value, else the subject, is written."""
    try:
        results = shacl.validate(dataset.default_graph, (each.quad.triple for each in corpus.shapes))
    except shacl.ShapesError as error:
        yield Finding(
            rule="shapes",
            severity=Severity.VIOLATION,
            message=f"The shapes cannot be used: {error}",
            location=Location("shapes"),
        )
        return
    for result in results:
        places = dataset.places_of(result.focus, result.path, result.value)
        yield Finding(
            rule=_rule(result),
            severity=result.severity,
            message=_message(result, iris),
            location=places[0] if places else Location("data"),
            subject=str(result.focus.value),
            quote=_quote(dataset, result),
        )


def _rule(result: shacl.Result) -> str:
    shape = result.shape
    if isinstance(shape, ox.NamedNode):
        return f"shacl-{shape.value.replace('#', '/').rpartition('/')[2]}"
    return f"shacl-{result.component}"


def _message(result: shacl.Result, iris: Iris) -> str:
    text = result.messages.get("en") or next(iter(result.messages.values()), "This breaks a shape.")
    subject = iris.shorten(result.focus.value) if isinstance(result.focus, ox.NamedNode) else str(result.focus)
    path = f" {iris.shorten(result.path.value)}" if result.path is not None else ""
    value = f" {_term(result.value, iris)}" if result.value is not None and result.value != result.focus else ""
    return f"{subject}{path}{value}: {text}"


def _term(value: shacl.Term, iris: Iris) -> str:
    return iris.shorten(value.value) if isinstance(value, ox.NamedNode) else str(value)


def _quote(dataset: Dataset, result: shacl.Result) -> str | None:
    """The quote of an evidence that is itself at fault."""
    for triple in dataset.default_graph:
        if triple.subject == result.focus and triple.predicate == DG["quote"] and isinstance(triple.object, ox.Literal):
            return triple.object.value
    return None


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the highest severity among findings; None where there is none."""
    return max((each.severity for each in findings), default=None)
