"""What files speak of and nothing describes: things, words of closed lists, and what a thing is."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding
from digigraph.sources.facts.assertions import Slug
from digigraph.sources.facts.misnamed import Misnamed
from digigraph.sources.facts.values import listed_in, slug_of
from digigraph.sources.files.records import mistake
from digigraph.sources.ontology.described import Described
from digigraph.sources.ontology.names import Names
from digigraph.suggestions import unseen
from digigraph.vocab import DG, FOAF, RDF, RDFS, SCHEMA, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from digigraph.findings import Location
    from digigraph.sources.facts.assertions import Assertion
    from digigraph.sources.rdf.parsing import LocatedQuad


_NAMES = {SCHEMA["name"], SCHEMA["alternateName"], FOAF["name"], RDFS["label"], SKOS["prefLabel"], SKOS["altLabel"]}
"""Properties by which people know things."""


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
        self._lists: dict[ox.NamedNode, Names] = {}
        self._described = {*described, *(name for each in self._quads if (name := self._slug(each)))}
        self._known = {*self._described, *(each.subject for each in said if each.introduced_by is not None)}

    @cached_property
    def _ontology(self) -> Described:
        return Described(self._quads)

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """What the things and concepts are called that may be meant: those that have a description of their own."""
        names: defaultdict[str, list[str]] = defaultdict(list)
        said = [(each.subject, each.property, each.value) for each in self._said]
        for subject, term, value in [*said, *((self._slug(each), each.predicate, each.object) for each in self._quads)]:
            if term in _NAMES and isinstance(value, ox.Literal):
                names[subject].append(value.value)
        return {each: names[each] for each in sorted(self._described)}

    @cached_property
    def _names_by_kind(self) -> tuple[Names, Names]:
        """Names of things, and of concepts."""
        concepts = {each.value.removeprefix(self._prefix) for each in self._ontology.concepts}
        of_concepts = {slug: names for slug, names in self._names.items() if slug in concepts}
        return Names({slug: names for slug, names in self._names.items() if slug not in concepts}), Names(of_concepts)

    def _names_for(self, term: ox.NamedNode | None) -> Names:
        """What may be meant by a value of a property, or by a subject."""
        return self._names_by_kind[self._takes_concepts(term)]

    def _words(self, term: ox.NamedNode) -> Names:
        """The words of a property's closed list, and what they are called; none where it has no such list."""
        if term not in self._lists:
            words = {each.value.removeprefix(str(DG)): each for each in self._ontology.words(term)}
            labels = (SKOS["prefLabel"], RDFS["label"])
            self._lists[term] = Names(
                {word: self._ontology.texts(each, *labels).values() for word, each in words.items()}
            )
        return self._lists[term]

    def explained(self, finding: Finding) -> Finding:
        """Return a finding with what a name may mean that is no slug; any other as it is."""
        if not isinstance(finding, Misnamed):
            return finding
        names = (
            self._words(finding.said_with)
            if finding.is_word and finding.said_with
            else self._names_for(finding.said_with)
        )
        proposed, parts = slug_of(finding.written), finding.written.split()
        hint = finding.hint
        if proposed in names and not unseen(finding.written):
            hint = f"Write {proposed}."
        elif not listed_in(finding.written) and not (len(parts) > 1 and all(each in names for each in parts)):
            asked = names.question(finding.written)
            is_new = hint and proposed and not finding.is_word
            described = (
                f"{str(hint).removesuffix('.')}, and d{self._how_to_describe(finding.said_with)[1:]}"
                if is_new
                else hint
            )
            hint = asked or described
        return Finding(
            rule=finding.rule,
            severity=finding.severity,
            message=finding.message,
            location=finding.location,
            hint=hint,
        )

    def _slug(self, quad: ox.Quad) -> str:
        """The slug of a quad's subject; empty where that is no thing of this graph."""
        iri = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
        return iri.removeprefix(self._prefix) if iri.startswith(self._prefix) else ""

    def unknown(self) -> Iterator[tuple[str, Finding]]:
        """Yield each slug that is used and that nothing describes."""
        for each in self._said:
            names = [(each.subject, each.of or each.location)]
            # What a figure is about is written once, as the subject that has it.
            is_written = each.property != SCHEMA["observationAbout"] or each.introduced_by is None
            names += [(each.value, each.location)] if isinstance(each.value, Slug) and is_written else []
            for name, place in names:
                # What is said of nobody has no name.
                if name and name not in self._known:
                    said_with = each.property if name == each.value else None
                    describe = self._how_to_describe(said_with)
                    hint = self._names_for(said_with).question(name, f"Else d{describe[1:]}") or describe
                    yield name, mistake("unknown-thing", f"There is no thing {name!r}.", place, hint=hint)

    def _takes_concepts(self, term: ox.NamedNode | None) -> bool:
        if term is None:
            return False
        return term in {SCHEMA["measuredProperty"], SCHEMA["knowsAbout"]} or SKOS["Concept"] in self._ontology.takes(
            term
        )

    def _how_to_describe(self, term: ox.NamedNode | None) -> str:
        """What to do about something that nobody describes, where a property takes it."""
        if self._takes_concepts(term):
            return (
                "Describe it as a concept, in an RDF file of ontology/ such as ontology/concepts.ttl,"
                " with skos:prefLabel in Swedish and English."
            )
        return "Describe it in data/things/."

    def untyped(
        self, things: Mapping[str, Location], missed: AbstractSet[tuple[str, ox.NamedNode | None]]
    ) -> Iterator[tuple[str, Finding]]:
        """Yield the things that have no type: none where they are described nor elsewhere, nor one with a mistake."""
        typed = {each.subject for each in self._said if each.property == RDF["type"]}
        typed |= {self._slug(each) for each in self._quads if each.predicate == RDF["type"]}
        for name, place in things.items():
            if name not in typed and missed.isdisjoint({(name, None), (name, RDF["type"])}):
                hint = "Add type: and a class, such as Project, Organization or Person."
                yield name, mistake("value", f"{name} has no type.", place, hint=hint)

    def unknown_words(self, mentioned: AbstractSet[str]) -> Iterator[Finding]:
        """Yield a finding for each word that is not on the closed list of its property."""
        prefix = str(DG)
        for each in self._said:
            listed = self._words(each.property) if isinstance(each.value, ox.NamedNode) else Names({})
            word = each.value.value.removeprefix(prefix) if isinstance(each.value, ox.NamedNode) else ""
            if listed and word not in listed and word not in mentioned:
                message = f"{word!r} is not a word of {each.property.value.removeprefix(prefix)}."
                hint = listed.question(word) or f"Write one of {', '.join(listed)}."
                yield mistake("unknown-word", message, each.location, hint=hint)
