"""Every check of a project in one run, findings in source order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.findings import Severity, in_source_order
from digigraph.iris import Iris
from digigraph.validation.evidence import check_dates, check_evidence_graphs, check_roles
from digigraph.validation.quotes import check_quotes
from digigraph.validation.repetition import check_repetition
from digigraph.validation.shapes import ShapesCheck
from digigraph.validation.terms import check_terms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.dataset.statements import Dataset
    from digigraph.findings import Finding
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
            *check_repetition(corpus),
            *check_terms(corpus.ontology, [*dataset.statements, *corpus.shapes], corpus.queries),
            *check_shapes(corpus, dataset, iris),
        ]
    )


def check_shapes(corpus: Corpus, dataset: Dataset, iris: Iris) -> Iterable[Finding]:
    """Yield a finding for each SHACL result, at the line where the value, else the subject, is written."""
    check = ShapesCheck(
        dataset, corpus.shapes, data=dataset.default_graph, shorten=iris.shorten, prefixes=iris.prefixes
    )
    return check.findings()


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the highest severity among findings; None where there is none."""
    return max((each.severity for each in findings), default=None)
