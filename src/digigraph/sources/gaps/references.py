"""What files speak of and nothing describes: things, words of closed lists, and what a thing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.facts.claims import Slug
from digigraph.sources.files.records import Malformed
from digigraph.sources.ontology.described import Described
from digigraph.suggestions import did_you_mean
from digigraph.vocab import DG, RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from digigraph.findings import Finding, Location
    from digigraph.sources.facts.claims import Assertion
    from digigraph.sources.rdf.parsing import LocatedQuad


class References:
    """The things and words of one project.

    Parameters
    ----------
    said
        What its YAML files say, also what has a mistake.
    located
        The quads of its ontology and of its RDF data.
    prefix
        Of the IRIs of things.
    described
        Slugs of the things and documents that its YAML files describe.
    """

    def __init__(
        self, said: Sequence[Assertion], located: Iterable[LocatedQuad], prefix: str, described: Iterable[str]
    ) -> None:
        self._said = said
        self._quads = [each.quad for each in located]
        self._prefix = prefix
        self._known = {*described, *(each.subject for each in said if each.introduced_by is not None)}
        self._known |= {name for each in self._quads if (name := self._slug(each))}

    def _slug(self, quad: ox.Quad) -> str:
        """The slug of a quad's subject; empty where that is no thing of this graph."""
        iri = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
        return iri.removeprefix(self._prefix) if iri.startswith(self._prefix) else ""

    def unknown(self, mentioned: AbstractSet[str]) -> Iterator[tuple[str, Finding]]:
        """Yield each slug that is used and that nothing describes, but for those that are mentioned somewhere."""
        for each in self._said:
            names = [(each.subject, each.of or each.location)]
            names += [(each.value, each.location)] if isinstance(each.value, Slug) else []
            for name, place in names:
                # What is said of nobody has no name.
                if name and name not in self._known and name not in mentioned:
                    hint = did_you_mean(name, self._known) or "Describe it in data/things/."
                    yield name, Malformed("unknown-thing", f"There is no thing {name!r}.", place, hint=hint).finding

    def untyped(
        self, things: Mapping[str, Location], missed: AbstractSet[tuple[str, ox.NamedNode | None]]
    ) -> Iterator[tuple[str, Finding]]:
        """Yield the things that have no type: none where they are described nor elsewhere, nor one with a mistake."""
        typed = {each.subject for each in self._said if each.property == RDF["type"]}
        typed |= {self._slug(each) for each in self._quads if each.predicate == RDF["type"]}
        for name, place in things.items():
            if name not in typed and missed.isdisjoint({(name, None), (name, RDF["type"])}):
                hint = "Add type: and a class, such as Project, Organization or Person."
                yield name, Malformed("value", f"{name} has no type.", place, hint=hint).finding

    def unknown_words(self, mentioned: AbstractSet[str]) -> Iterator[Finding]:
        """Yield a finding for each word that is not on the closed list of its property."""
        described = Described(self._quads)
        prefix = str(DG)
        for each in self._said:
            listed = {word.value.removeprefix(prefix) for word in described.words(each.property)}
            word = each.value.value.removeprefix(prefix) if isinstance(each.value, ox.NamedNode) else ""
            if listed and word not in listed and word not in mentioned:
                message = f"{word!r} is not a word of {each.property.value.removeprefix(prefix)}."
                hint = did_you_mean(word, listed) or f"Words: {', '.join(sorted(listed))}."
                yield Malformed("unknown-word", message, each.location, hint=hint).finding
