"""Prefixes of queries in shapes: those that the shapes graph declares for them (SHACL, section 5.2.1), and no others.

What a prefix stands for in the file of the data, or of the shapes, is no part of a graph. An engine that looks there
lets whoever writes the data decide what a check asks.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sparql import tokens
from digigraph.vocab import OWL, RDF, RDFS, SH, XSD, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digigraph.validation.shacl.paths import Said

GIVEN = {"rdf": str(RDF), "rdfs": str(RDFS), "owl": str(OWL), "xsd": str(XSD)}
"""Prefixes that every query has unless it declares others."""


class PrefixError(ValueError):
    """A query has no prefixes that it could be read with; the message says why."""


class Declarations:
    """The prefix declarations of a shapes graph.

    Parameters
    ----------
    triples
        The graph.
    """

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        about: defaultdict[Term, defaultdict[ox.NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for each in triples:
            about[each.subject][each.predicate].append(each.object)
        self._about: Said = about

    def complete(self, query: str, owner: Term) -> str:
        """Return a query with a declaration in front of it for each prefix that it uses and does not declare.

        Parameters
        ----------
        query
            Its text.
        owner
            The node that has it.

        Raises
        ------
        PrefixError
            A prefix is declared nowhere, or the declarations that are meant for it break the rules of SHACL.
        """
        declared = {**GIVEN, **self._of(owner)}
        missing = undeclared(query)
        if unknown := sorted(missing - declared.keys()):
            raise PrefixError(f"it uses {', '.join(f'{each}:' for each in unknown)}, which nothing declares.")
        return "".join(f"PREFIX {each}: <{declared[each]}> " for each in sorted(missing)) + query

    def _of(self, owner: Term) -> Mapping[str, str]:
        """The namespaces by prefix at the ends of ``sh:prefixes/owl:imports*/sh:declare``."""
        waiting = self._values(owner, SH["prefixes"])
        seen = set(waiting)
        found: dict[str, str] = {}
        while waiting:
            node = waiting.pop()
            for each in self._values(node, SH["declare"]):
                prefix, namespace = self._declaration(each)
                if found.setdefault(prefix, namespace) != namespace:
                    raise PrefixError(f"{prefix}: is declared with two namespaces.")
            new = set(self._values(node, OWL["imports"])) - seen
            seen |= new
            waiting += new
        return found

    def _declaration(self, node: Term) -> tuple[str, str]:
        prefixes, namespaces = self._values(node, SH["prefix"]), self._values(node, SH["namespace"])
        texts = [each.value for each in (*prefixes, *namespaces) if isinstance(each, ox.Literal)]
        if not len(prefixes) == len(namespaces) == 1 or len(texts) != 2:  # noqa: PLR2004 - one of each
            raise PrefixError("a declaration of its prefixes has not one sh:prefix and one sh:namespace.")
        prefix, namespace = texts
        if [each.kind for each in tokens(f"{prefix}:")] != ["name"]:
            raise PrefixError(f"{prefix!r} is declared and is no prefix.")
        try:
            # It is put into a query, where it must not end before its end.
            ox.NamedNode(namespace)
        except ValueError as error:
            raise PrefixError(f"the namespace of {prefix}: is no IRI.") from error
        return prefix, namespace

    def _values(self, node: Term, predicate: ox.NamedNode) -> list[Term]:
        return list(self._about.get(node, {}).get(predicate, ()))


def undeclared(query: str) -> set[str]:
    """Return the prefixes that a query uses and does not declare itself."""
    every = list(tokens(query))
    used = {each.text.partition(":")[0] for each in every if each.kind == "name"}
    declared = {name.text.partition(":")[0] for word, name in itertools.pairwise(every) if word.keyword == "PREFIX"}
    # That of blank nodes is none.
    return used - declared - {"_"}
