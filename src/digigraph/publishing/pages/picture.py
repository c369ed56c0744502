"""A picture of a thing's neighbourhood, as a graph for Graphviz to draw (:mod:`digigraph.publishing.pages.drawing`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.vocab import DCTERMS, DG, ROLES, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.publishing.pages.entities import Thing

_MOST = 24
"""Neighbours in one picture; with more, nobody finds anything in it."""
_LONGEST = 32
_HEAD = """digraph {
rankdir=LR; bgcolor=transparent; nodesep=0.12; ranksep=0.4
node [shape=box, style=rounded, fontname=Helvetica, fontsize=12, height=0.3]
edge [fontname=Helvetica, fontsize=10, arrowsize=0.7]"""
# What follows from another line of the picture is not drawn beside it.
_DRAWN = {each.value for each in ROLES} - {SCHEMA["funding"].value, DG["responsiblePerson"].value} | {
    *(DG[name].value for name in ("buildsOn", "originatedIn", "supports", "collaboratesWith")),
    *(SCHEMA[name].value for name in ("parentOrganization", "founder")),
    DCTERMS["isPartOf"].value,
}


def neighbourhood(thing: Thing, href: Callable[[str], str]) -> str:
    """Return a graph in DOT of who and what a thing stands in relation to; empty where there is nobody.

    Parameters
    ----------
    thing
        The statements of this page of it are drawn, the important first.
    href
        Returns where a reader goes for an IRI.
    """
    edges = list(_edges(thing))[:_MOST]
    names: dict[str, str] = {}
    for end in (end for subject, _, value in edges for end in (subject, value)):
        names.setdefault(end, f"n{len(names)}")
    nodes = [
        f"{name} [label={_label(thing, iri)}, URL={_quoted(href(iri))}, tooltip={_label(thing, iri)}, "
        f"class={'topic' if iri == thing.iri else 'neighbour'}]"
        for iri, name in names.items()
    ]
    arrows = [f'{names[s]} -> {names[o]} [label={_label(thing, p)}, tooltip=" "]' for s, p, o in edges]
    return "\n".join([_HEAD, *nodes, *arrows, "}"]) if edges else ""


def _edges(thing: Thing) -> Iterator[tuple[str, str, str]]:
    for each, is_outgoing in [*((each, True) for each in thing.outgoing), *((each, False) for each in thing.incoming)]:
        if each.predicate in _DRAWN and isinstance(each.term, ox.NamedNode):
            ends = (thing.iri, each.term.value) if is_outgoing else (each.term.value, thing.iri)
            yield (ends[0], each.predicate, ends[1])


def _label(thing: Thing, iri: str) -> str:
    text = " ".join(thing.labels[iri].text.split())
    return _quoted(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def _quoted(text: str) -> str:
    """Text in DOT's quotation marks that Graphviz shows as it is.

    Without its escapes, without references to characters, without control characters (which includes those that turn
    the direction of writing).
    """
    printable = "".join(each if each.isprintable() else " " for each in text)
    escaped = printable.replace("&", "&amp;").replace("\\", "&#92;&#92;").replace('"', "&quot;")
    return f'"{escaped}"'
