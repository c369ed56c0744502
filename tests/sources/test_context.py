"""A context of which nothing can be made is refused with the term that is at fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digigraph.errors import InputError
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('"https://schema.org/"', '"schema.org/"', r"context\.jsonld:\d+: 'schema' .*'schema.org/' is not an IRI"),
        ('"https://schema.org/"', '"https://schema.org/ "', r":\d+: 'schema' .* is not an IRI"),
        ('"@vocab": "https://w3id.org/digigraph/ns#"', '"@vocab": "ns#"', "'@vocab' .*'ns#' is not an IRI"),
        ('"@id": "dg:host"', '"@id": "dg:ho st"', r":\d+: 'host' .*ho st' is not an IRI"),
        ('"host": {"@id": "dg:host", "@type": "@id"}', '"host": ["x"]', r"""'host' .*\["x"\] is not text"""),
        ('"host": {"@id": "dg:host", "@type": "@id"}', '"host": 5', "'host' .*: 5 is not text"),
        ('"host": {"@id": "dg:host", "@type": "@id"}', '"": "dg:host"', "'' cannot be used: a term has a name"),
        ('"host": {"@id": "dg:host", "@type": "@id"}', '"host": {"@type": 5}', "'host' .*: 5 is not text"),
    ],
)
def test_a_context_that_cannot_be_used_names_its_term(project: Project, before: str, after: str, says: str) -> None:
    """Namespaces and IRIs that are none, and values of the wrong kind: the term, why, and the line."""
    path = project.folder / "ontology/context.jsonld"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_project(project.settings)


def test_a_context_of_brackets_is_refused(project: Project) -> None:
    """Nesting deeper than Python reads is an error of the input, told with its file."""
    project.write("ontology/context.jsonld", "[" * 100_000)
    with pytest.raises(InputError, match=r"context\.jsonld: the nesting is deeper"):
        read_project(project.settings)


def test_a_term_that_is_null_is_none(project: Project) -> None:
    """As JSON-LD has it: whoever uses the word hears that there is no such term."""
    path = project.folder / "ontology/context.jsonld"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"host": {"@id": "dg:host", "@type": "@id"}', '"host": null'), encoding="utf-8")
    assert [(each.rule, each.message) for each in read_project(project.settings).findings] == [
        ("unknown-term", "There is no term 'host'.")
    ]
