"""Nodes of facts files as the terms above them take them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digigraph.sources.facts import advice, values
from digigraph.sources.facts.commas import with_whole_numbers
from digigraph.sources.facts.identifiers import SCHEMES
from digigraph.sources.files.records import Fields, Items, Malformed, Node, Refused, Scalar
from digigraph.sources.ontology.terms import Kind
from digigraph.suggestions import is_near
from digigraph.vocab import SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Container

    import pyoxigraph as ox

    from digigraph.sources.ontology.terms import Term


def below(node: Node, terms: Container[str]) -> tuple[Node, str]:
    """Return what says something of nobody, and how it is written: without the slug of a thing that stands above it."""
    if isinstance(node, Fields) and len(node.nodes) == 1:
        ((name, said),) = node.nodes.items()
        if name not in terms and isinstance(said, Fields):
            return said, f"Write {{subject: {name}, …}}."
    return node, "Write {subject: …, term: …}."


def number(node: Node) -> ox.Literal:
    """Return the number of a figure.

    Raises
    ------
    Malformed
        It is none.
    """
    scalar = values.scalar(node)
    try:
        return values.typed(scalar, XSD["decimal"] if "." in scalar.text else XSD["integer"])
    except Malformed as error:
        hint = f"{error.finding.hint} Words such as “at least” belong in qualifier."
        error.finding = replace(error.finding, hint=hint)
        raise


def takes_languages(term: Term, node: Fields) -> bool:
    """Tell whether a mapping is text by languages, and not a value with parts."""
    if term.iri in values.DATE_TERMS:
        return False
    is_record = term.iri == SCHEMA["identifier"] and not node.nodes.keys().isdisjoint({"scheme", "value", *SCHEMES})
    return term.kind in {Kind.TEXT, Kind.PLAIN} and not is_record


def each_of(node: Node) -> list[Node]:
    """Return the nodes of a list, or the one node that is none.

    Raises
    ------
    Malformed
        The list is empty.
    """
    if isinstance(node, Items) and not node.nodes:
        raise says_nothing(node, "Write the values in the brackets, or take the key away.")
    return node.nodes if isinstance(node, Items) else [node]


def says_nothing(node: Node, hint: str) -> Malformed:
    """Return what is wrong with an empty list, or an empty mapping."""
    what = "list" if isinstance(node, Items) else "mapping"
    return Malformed("value", f"A value must stand here; this {what} is empty.", node.location, hint=hint)


def fields_of(node: Node, name: str) -> Fields:
    """Return the mapping that a grant or a figure is.

    Raises
    ------
    Malformed
        It is none.
    """
    if isinstance(node, Fields):
        return with_whole_numbers(node)
    if isinstance(node, Refused):
        raise node.reason
    written = node.text if isinstance(node, Scalar) else ""
    amount = advice.money(written, values.CURRENCIES) or "6000000 EUR"
    counted = advice.number(written) or "100"
    examples = {"funding": f"{{amount: {amount}}}", "figure": f"{{what: patients, value: {counted}}}"}
    raise Malformed("value", f"{name} has parts.", node.location, hint=f"Write {name}: {examples[name]}.")


def required(fields: Fields, key: str) -> Node | None:
    """Return what stands under a key; None where it is misspelt, which is told of the key itself.

    Raises
    ------
    Malformed
        It is missing.
    """
    if key in fields.nodes:
        return fields.nodes[key]
    if any(is_near(each, key) for each in fields.keys):
        return None
    raise Malformed("value", f"{key} is missing here.", fields.location, hint=f"Add {key}: and its value.")
