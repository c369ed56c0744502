"""What is said twice, and what contradicts itself within one document.

Documents may contradict each other: both statements stay, and the default graph takes one (data model, Evidence). One
document that says two things of one time is a slip of the pen, the curator's or its author's, and somebody must decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.dataset.entailment import Entailment
from digigraph.findings import Finding, Severity
from digigraph.sources.facts.assertions import Slug
from digigraph.sources.facts.values import DATE_TERMS, period
from digigraph.vocab import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.sources.corpus import Corpus
    from digigraph.sources.facts.assertions import Assertion, Value
    from digigraph.sources.facts.documents import Saying


def check_repetition(corpus: Corpus) -> Iterator[Finding]:
    """Yield a finding for each statement that repeats or contradicts one before it, at the later of the two."""
    single_valued = Entailment(each.quad.triple for each in corpus.ontology).single_valued
    yield from _contradictions([(each, None) for each in corpus.things], single_valued, severity=Severity.VIOLATION)
    # What names nothing is told already.
    unknown = {slug for slug, property_ in corpus.missed if property_ is None}
    for sayings in corpus.sayings:
        yield from _repeated(sayings, {slug for slug, _ in corpus.missed})
        # Of what date it is, and whether it counts, decides what it contradicts.
        counted = [fact for fact in sayings if fact.is_decided and fact.rejected is None]
        accepted = [(each, fact) for fact in counted for each in fact.assertions]
        said = [each for each in accepted if not (isinstance(each[0].value, Slug) and each[0].value in unknown)]
        yield from _contradictions(said, single_valued, severity=Severity.WARNING)


def _repeated(sayings: Iterable[Saying], missed: set[str]) -> Iterator[Finding]:
    """The same statement of the same words, but for a node of which something could not be read, such as its amount."""
    missed &= {each.subject for fact in sayings for each in fact.assertions if each.introduced_by is not None}
    first: dict[tuple[object, ...], tuple[Assertion, Saying]] = {}
    for number, fact in enumerate(sayings):
        # Words of which nobody can tell where they stand are the same within one fact.
        words = number if fact.words is None else fact.words
        for each in fact.assertions:
            # A node of its own, such as a grant, is told by the link that introduces it.
            if each.introduced_by is not None or (isinstance(each.value, Slug) and each.value in missed):
                continue
            statement = (words, each.subject, each.property, _known(each.value))
            before, its_fact = first.setdefault(statement, (each, fact))
            if before is each:
                continue
            is_decided = (its_fact.rejected is None) == (fact.rejected is None)
            yield Finding(
                rule="duplicate-statement",
                severity=Severity.WARNING,
                message=f"The same is said of the same words in line {before.location.line}"
                + ("." if is_decided else ", and only one of the two is accepted."),
                location=each.location,
                hint="Take one of the two away.",
                quote=fact.quote or None,
            )


def _contradictions(
    said: Iterable[tuple[Assertion, Saying | None]], single_valued: set[ox.NamedNode], *, severity: Severity
) -> Iterator[Finding]:
    """Two values, at one time, of a property that has one."""
    first: dict[tuple[object, ...], Assertion] = {}
    for each, fact in said:
        if each.property not in single_valued or each.property == RDF["type"]:
            continue
        before = first.setdefault((each.subject, each.property, fact.as_of if fact else None), each)
        if _agree(before, each):
            continue
        yield Finding(
            rule="contradiction",
            severity=severity,
            message=f"{each.subject} has another {_name(each.property)} in {before.location}: {_shown(before.value)}.",
            location=each.location,
            hint="Keep one, say of which date each is (asOf), or write accepted: false and a reason beside the other."
            if fact
            else "Keep one.",
            quote=fact.quote or None if fact else None,
            named=(before.location.path,),
        )


def _agree(one: Assertion, other: Assertion) -> bool:
    """Whether two values can both be true: a month may be said more exactly by one of its days."""
    first, second = one.value, other.value
    if _known(first) == _known(second):
        return True
    if one.property in DATE_TERMS and isinstance(first, ox.Literal) and isinstance(second, ox.Literal):
        days, others = period(first), period(second)
        within = days.earliest <= others.earliest and others.latest <= days.latest
        return within or (others.earliest <= days.earliest and days.latest <= others.latest)
    return False


def _known(value: Value) -> tuple[type, Value]:
    """A value that equals none of another kind."""
    return type(value), value


def _name(term: ox.NamedNode) -> str:
    return term.value.replace("#", "/").rpartition("/")[2]


def _shown(value: Value) -> str:
    return str(value) if isinstance(value, str) else value.value
