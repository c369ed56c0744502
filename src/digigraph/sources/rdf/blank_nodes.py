"""Blank nodes: labels that are unique over several files, and names made of what is said of them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.files.records import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from digigraph.sources.rdf.parsing import LocatedQuad
    from digigraph.vocab import Subject, Term


class Labels:
    """Gives the blank nodes of several files labels.

    A label is made of a word, the file's name and the node's number in it: what changes in one file changes no label in
    another, so that what an earlier run knows of the others still holds.
    """

    def __init__(self, word: str) -> None:
        self._word = word
        self._files: set[str] = set()

    def of(self, located: Iterable[LocatedQuad], name: str) -> list[LocatedQuad]:
        """Return the quads of the file of a name with labels that no other file has."""
        labels: dict[ox.BlankNode, ox.BlankNode] = {}
        file = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:6]
        while file in self._files:
            file += "x"
        self._files.add(file)

        def label(node: ox.BlankNode) -> ox.BlankNode:
            return labels.setdefault(node, ox.BlankNode(f"{self._word}{file}-{len(labels) + 1}"))

        return [
            replace(each, quad=_renamed(each.quad, label)) if _has_blank_node(each.quad) else each for each in located
        ]


def _has_blank_node(quad: ox.Quad) -> bool:
    # Of every quad that there is: not by any(), which takes three times as long.
    return (
        isinstance(quad.subject, ox.BlankNode)
        or isinstance(quad.object, ox.BlankNode)
        or isinstance(quad.graph_name, ox.BlankNode)
    )


def _renamed(quad: ox.Quad, name: Callable[[ox.BlankNode], ox.BlankNode]) -> ox.Quad:
    subject, value, graph = quad.subject, quad.object, quad.graph_name
    return ox.Quad(
        name(subject) if isinstance(subject, ox.BlankNode) else subject,
        quad.predicate,
        name(value) if isinstance(value, ox.BlankNode) else value,
        name(graph) if isinstance(graph, ox.BlankNode) else graph,
    )


def without_blank_nodes(located: list[LocatedQuad], iri_prefix: str) -> list[LocatedQuad]:
    """Replace blank nodes by IRIs made of a hash of what is said of them, the same wherever they stand in a file.

    Two nodes of which the same is said become one, which changes nothing that the file entails.

    Parameters
    ----------
    located
        The quads of one file.
    iri_prefix
        What stands before the hash, such as ``https://…/id/b-``.

    Raises
    ------
    Malformed
        Blank nodes refer to each other in a circle, so that none has content of its own.
    """
    names = _Names(located, iri_prefix)
    return [
        replace(
            each,
            quad=ox.Quad(
                names.subject(each.quad.subject),
                each.quad.predicate,
                names.term(each.quad.object),
                each.quad.graph_name,
            ),
        )
        for each in located
    ]


class _Names:
    """Names for the blank nodes of one file."""

    def __init__(self, located: list[LocatedQuad], iri_prefix: str) -> None:
        self._prefix = iri_prefix
        self._content: dict[ox.BlankNode, list[LocatedQuad]] = {}
        self._names: dict[ox.BlankNode, ox.NamedNode] = {}
        for each in located:
            for node in (each.quad.subject, each.quad.object):
                if isinstance(node, ox.BlankNode):
                    self._content.setdefault(node, [])
            if isinstance(each.quad.subject, ox.BlankNode):
                self._content[each.quad.subject].append(each)
        for node in self._content:
            self._name(node)

    def subject(self, value: Subject) -> ox.NamedNode | ox.Triple:
        return self._names[value] if isinstance(value, ox.BlankNode) else value

    def term(self, value: Term) -> Term:
        return self._names[value] if isinstance(value, ox.BlankNode) else value

    def _name(self, root: ox.BlankNode) -> None:
        """Name a node after those that it refers to; a list is as deep as it is long, so without recursion."""
        path: dict[ox.BlankNode, None] = {}
        waiting = [root]
        while waiting:
            node = waiting[-1]
            if node in self._names:
                waiting.pop()
                continue
            unnamed = [each for each in self._content[node] if self._is_unnamed(each.quad.object)]
            if not unnamed:
                self._names[node] = self._named_by_content(node)
                continue
            path[node] = None
            for each in unnamed:
                if each.quad.object in path:
                    raise Malformed(
                        "blank-node",
                        "Blank nodes refer to each other in a circle.",
                        each.location,
                        hint="Give one of them an IRI.",
                    )
                if isinstance(each.quad.object, ox.BlankNode):
                    waiting.append(each.quad.object)

    def _is_unnamed(self, value: Term) -> bool:
        return isinstance(value, ox.BlankNode) and value not in self._names

    def _named_by_content(self, node: ox.BlankNode) -> ox.NamedNode:
        quads = [each.quad for each in self._content[node]]
        said = sorted(f"{quad.predicate} {self.term(quad.object)} {quad.graph_name}" for quad in quads)
        return ox.NamedNode(self._prefix + hashlib.sha256("\n".join(said).encode()).hexdigest()[:12])
