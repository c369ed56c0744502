"""Stored queries: each parses, gives the rows that it promises, and asks for what there is."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from digigraph import stored_query
from digigraph.errors import DigigraphError, NotAcceptable, QueryError, QueryFailed, QueryForbidden, QuerySyntaxError
from digigraph.findings import Finding, Location, Severity
from digigraph.iris import SLUG, slugify
from digigraph.sparql import REFUSED, is_repeatable, tokens
from digigraph.suggestions import nearest
from digigraph.validation.rules.terms import Role, iris_in, place_in
from digigraph.vocab import RDF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from digigraph.dataset.statements import Dataset
    from digigraph.validation.rules.terms import Terms


def check_queries(queries: Mapping[str, str], ask: Callable[[str], int | None]) -> Iterator[Finding]:
    """Yield a finding for each mistake in the description of a query, and where it does not answer as it promises.

    Parameters
    ----------
    queries
        Texts by path.
    ask
        Asks the dataset; returns how many solutions or triples come back, of ASK 1 for yes; None for
        a query that asks other servers, of which that is not known.
    """
    for path, text in queries.items():
        yield from _named(PurePosixPath(path))
        stored, mistakes = stored_query.examine(PurePosixPath(path).stem, text)
        for mistake in mistakes:
            yield Finding(
                rule="query-description",
                severity=Severity.VIOLATION,
                message=_sentence(mistake.message.removeprefix(f"{stored.name}: ")),
                location=Location(path, mistake.line or 1, 1),
                hint=mistake.hint,
            )
        try:
            rows = ask(text)
        except (QueryError, QueryFailed, NotAcceptable) as error:
            yield _unanswered(error, path, text)
            continue
        if rows is not None and rows < stored.rows:
            yield Finding(
                rule="query-rows",
                severity=Severity.VIOLATION,
                message=f"The query gives {rows} row{'s' if rows != 1 else ''}; it promises {stored.rows} at least.",
                location=Location(path, stored.rows_line, 1),
                hint="Correct the query, or what the data says; promise fewer where that is the truth.",
            )
        # A line that is not understood may be the one that is missing.
        if not (mistakes or stored.titles):
            yield Finding(
                rule="query-title",
                severity=Severity.INFO,
                message="This query has no title: it can be asked by its name, and no page offers it.",
                location=Location(path, 1, 1),
                hint="Write above it: #! title@en: … and #! title@sv: …, as a question.",
            )


def _named(path: PurePosixPath) -> Iterator[Finding]:
    """What is wrong with the name of a query."""
    message = hint = None
    if not SLUG.fullmatch(path.stem):
        message = f"{path.stem!r} is no name of a query: it takes a-z, 0-9 and single hyphens."
        hint = f"Call the file {slugify(path.stem) or 'some-name'}.rq."
    elif len(path.parts) > 2:  # noqa: PLR2004 - queries/name.rq
        message = "This query is checked and not offered: it lies in a folder below queries/."
        hint = "Move it into queries/."
    if message is not None:
        yield Finding(
            rule="query-name", severity=Severity.WARNING, message=message, location=Location(str(path)), hint=hint
        )


def queries_are_repeatable(queries: Mapping[str, str], findings: Iterable[Finding]) -> bool:
    """Whether the same data gives the same findings about queries at any time, and however busy the machine is."""
    is_answered = not any(each.rule == "query-unanswered" for each in findings)
    return is_answered and all(is_repeatable(text) for text in queries.values())


def _unanswered(error: DigigraphError, path: str, text: str) -> Finding:
    """What is wrong with a query that has no answer: where the engine tells, or at a word refused; else of the file."""
    place = Location(path)
    is_syntax = isinstance(error, QuerySyntaxError)
    if isinstance(error, QuerySyntaxError):
        place = place_in(text, next((token.start for token in tokens(text)), 0), path)
        place = Location(path, error.line, error.column or 1) if error.line else place
    elif isinstance(error, QueryForbidden):
        refused = next((each.start for each in tokens(text) if each.keyword in REFUSED), None)
        place = place_in(text, refused, path) if refused is not None else place
    return Finding(
        rule="query-syntax" if is_syntax else "query-unanswered",
        severity=Severity.VIOLATION,
        message=error.message,
        location=place,
        hint=error.hint,
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def check_use(
    queries: Mapping[str, str], dataset: Dataset, terms: Terms, shorten: Callable[[str], str]
) -> Iterator[Finding]:
    """Yield a finding for each class and property that a query asks for and nothing has; each once a query.

    Terms that do not exist at all are left to :func:`digigraph.validation.rules.terms.check_terms`.
    """
    used = {
        Role.PROPERTY: {quad.predicate.value for quad in dataset.quads},
        Role.CLASS: {str(getattr(quad.object, "value", "")) for quad in dataset.quads if quad.predicate == RDF["type"]},
    }
    # What the data misspells is no term: its own finding says what was meant.
    known = {role: [shorten(each) for each in iris if terms.role(each) is role] for role, iris in used.items()}
    for path, text in queries.items():
        first: dict[str, Location] = {}
        for iri, place in iris_in(text, path):
            first.setdefault(iri, place)
        for iri, place in first.items():
            role = terms.role(iri)
            if role is None or iri in used[role]:
                continue
            verb = "Nothing is a" if role is Role.CLASS else "Nothing has the property"
            yield Finding(
                rule="query-term-unused",
                severity=Severity.INFO,
                message=f"{verb} {shorten(iri)} in this graph.",
                location=place,
                hint=_meant(shorten(iri), known[role]) or "Ask for what there is, or leave it where data is to come.",
            )


def _meant(name: str, known: Iterable[str]) -> str | None:
    """Ask whether a name with a prefix stands for a known one: they are alike where they are behind their prefixes."""
    by_local = {each.rpartition(":")[2]: each for each in known}
    near = nearest(name.rpartition(":")[2], by_local)
    return f"Did you mean {' or '.join(by_local[each] for each in near)}?" if near else None
