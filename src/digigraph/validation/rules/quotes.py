"""Every quote stands in its document, at the place that its evidence names.

Checked on the dataset itself, whatever it was made from: evidence that was written by hand is held to the same.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding, Severity
from digigraph.sources.facts.quoting import Span, normalise
from digigraph.vocab import DG, PROV, RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digigraph.dataset.statements import Dataset
    from digigraph.sources.facts.quoting import CapturedText


def check_quotes(dataset: Dataset, texts: Mapping[str, CapturedText]) -> Iterable[Finding]:
    """Yield a finding for each evidence whose text does not stand in its document.

    Parameters
    ----------
    dataset
        The default graph describes the evidence.
    texts
        Captured texts by the IRI of their version.
    """
    described: defaultdict[ox.NamedNode, dict[ox.NamedNode, str]] = defaultdict(dict)
    evidence = set()
    for triple in dataset.default_graph:
        if isinstance(triple.subject, ox.NamedNode):
            if isinstance(triple.object, ox.NamedNode | ox.Literal):
                described[triple.subject][triple.predicate] = triple.object.value
            if (triple.predicate, triple.object) == (RDF["type"], DG["Evidence"]):
                evidence.add(triple.subject)
    for node in sorted(evidence, key=lambda each: each.value):
        said = described[node]
        if said.get(DG["basis"]) == DG["record"].value:
            continue
        problem = _problem(said, texts)
        if problem is not None:
            yield Finding(
                rule="evidence-text",
                severity=Severity.VIOLATION,
                message=problem,
                location=dataset.places_of(node, None, None)[0],
                subject=node.value,
                quote=said.get(DG["quote"]),
            )


def _problem(said: Mapping[ox.NamedNode, str], texts: Mapping[str, CapturedText]) -> str | None:
    quote, version = said.get(DG["quote"]), said.get(PROV["wasQuotedFrom"])
    if quote is None or version is None:
        return "This evidence has no quote, or does not say which text it quotes."
    if version not in texts:
        return f"This evidence quotes {version}, which is not a captured text of this project."
    try:
        span = Span(int(said[DG["start"]]), int(said[DG["end"]]))
    except (KeyError, ValueError):
        return "This evidence does not say from where to where it quotes."
    text = texts[version]
    if not 0 <= span.start < span.end <= len(text.text):
        return f"The text has {len(text.text)} characters; it has none from {span.start} to {span.end}."
    found = text.quote(span)
    if normalise(quote) != found:
        return f"From {span.start} to {span.end} the text says “{found}”, not “{quote}”."
    return None
