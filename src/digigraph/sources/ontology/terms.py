"""The terms that facts files use: what ``ontology/context.jsonld`` makes of each word (JSON-LD 1.1, section 4.1)."""

from __future__ import annotations

import enum
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from digigraph.errors import InputError
from digigraph.sources.files.disk import MAX_SMALL_BYTES, read_whole
from digigraph.sources.files.records import Malformed
from digigraph.sources.ontology.domains import Domains
from digigraph.sources.ontology.names import Names
from digigraph.suggestions import is_near
from digigraph.vocab import RDF

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from digigraph.findings import Location

CONTEXT_FILE = "ontology/context.jsonld"
_SHOWN = 80
"""Characters of a wrong value that a message shows."""
_ADVICE = "Write a whole IRI, or a prefix of this file, a colon and a name."


class NoTerm(Exception):
    """What is said of a word of the context does not make it a term."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name


class Kind(enum.Enum):
    """What a term's values are."""

    THING = "thing"
    """Slugs of things, or IRIs (``"@type": "@id"``)."""
    WORD = "word"
    """Words of a closed list of the ontology (``"@type": "@vocab"``)."""
    TYPED = "typed"
    """Literals of one datatype."""
    TEXT = "text"
    """Text in a language (``"@container": "@language"``)."""
    PLAIN = "plain"
    """Text without one; or a date, whose form decides its datatype."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the context and the property it stands for.

    Parameters
    ----------
    name
        As written in facts files.
    iri
        The property.
    kind
        What its values are.
    datatype
        For :attr:`Kind.TYPED`.
    """

    name: str
    iri: NamedNode
    kind: Kind
    datatype: NamedNode | None = None


class Context:
    """The words of one project: properties, and names of classes.

    Parameters
    ----------
    definition
        The object under ``@context``.

    Raises
    ------
    NoTerm
        What is said of a word does not make it a term.
    """

    def __init__(self, definition: Mapping[str, object]) -> None:
        self._vocabulary = str(definition.get("@vocab") or "")
        self._prefixes = {
            name: value
            for name, value in definition.items()
            if isinstance(value, str) and not name.startswith("@") and value.endswith(("/", "#"))
        }
        self.terms: dict[str, Term] = {}
        self.classes: dict[str, NamedNode] = {}
        for name, iri in {"@vocab": self._vocabulary, **self._prefixes}.items():
            if iri:
                _checked(name, iri)
        for name, value in definition.items():
            if name not in self._prefixes and not name.startswith("@"):
                self._define(name, value)
        self.explain(lambda _: ())

    def explain(self, labels: Callable[[NamedNode], Iterable[str]], domains: Domains | None = None) -> None:
        """Take in what properties and classes are called in words: who writes these is told the term.

        So is who says a property of something that cannot have it (``domains``).
        """
        self.domains = domains or Domains()
        own = {name: labels(term.iri) for name, term in self.terms.items()}
        self._names_of_terms = Names({"type": [], **own})
        self._names_of_classes = Names({name: labels(iri) for name, iri in self.classes.items()})

    def _define(self, name: str, value: object) -> None:
        entry = value if isinstance(value, dict) else {"@id": value}
        # JSON-LD 1.1, section 4.1: null takes a term away.
        if (identifier := entry.get("@id", name)) is None:
            return
        identifier, declared = _text(name, identifier), _text(name, entry.get("@type", ""))
        if identifier.startswith("@"):
            return
        if not name:
            raise NoTerm(name, "a term has a name")
        iri = _checked(name, self._expanded(identifier))
        if name[0].isupper():
            self.classes[name] = iri
        else:
            is_text = entry.get("@container") == "@language"
            self.terms[name] = Term(name, iri, Kind.TEXT) if is_text else self._declared(name, iri, declared)

    def _declared(self, name: str, iri: NamedNode, declared: str) -> Term:
        """The term whose values are what its ``@type`` says."""
        if declared == "@id":
            return Term(name, iri, Kind.THING)
        if declared == "@vocab":
            if not self._vocabulary:
                raise NoTerm(name, 'its words need an "@vocab" to stand in')
            return Term(name, iri, Kind.WORD)
        if not declared:
            return Term(name, iri, Kind.PLAIN)
        return Term(name, iri, Kind.TYPED, _checked(name, self._expanded(declared)))

    def expand(self, name: str) -> NamedNode:
        """Return the IRI of a term, a prefixed name, an IRI, or a word of the vocabulary."""
        return NamedNode(self._expanded(name))

    def _expanded(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        if colon and prefix in self._prefixes:
            return self._prefixes[prefix] + local
        return name if colon else self._vocabulary + name

    def term(self, name: str, location: Location, *, hint: str | None = None) -> Term:
        """Return the term of that name; ``hint`` is what else may have been meant where there is none.

        Raises
        ------
        Malformed
            The context has no such property; names the nearest.
        """
        if name in self.terms:
            return self.terms[name]
        hints = filter(None, [self._names_of_terms.question(name), hint])
        hint = " ".join(hints) or "The terms are those of ontology/context.jsonld."
        raise Malformed("unknown-term", f"There is no term {name!r}.", location, hint=hint)

    def meant(self, name: str) -> set[NamedNode]:
        """Return the properties that a key stands for, or may stand for where it is misspelt."""
        known = {"type": RDF["type"], **{each: term.iri for each, term in self.terms.items()}}
        if name in known:
            return {known[name]}
        named = self._names_of_terms.meant(name)
        return {iri for each, iri in known.items() if is_near(name, each) or each in named}

    def class_(self, name: str, location: Location, *, offered: Collection[str] = ()) -> NamedNode:
        """Return the class of that name; ``offered`` are the names that are advised, all where there are none.

        Raises
        ------
        Malformed
            The context has no such class; names the nearest.
        """
        if name in self.classes:
            return self.classes[name]
        hint = self._names_of_classes.question(name) or f"Write one of {', '.join(offered or self.classes)}."
        raise Malformed("unknown-class", f"There is no class {name!r}.", location, hint=hint)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise NoTerm(name, f"{json.dumps(value)[:_SHOWN]} is not text")
    return value


def _checked(name: str, iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise NoTerm(name, f"{iri[:_SHOWN]!r} is not an IRI") from error


def parse_context(data: bytes, path: str) -> Context:
    """Read a context file.

    Raises
    ------
    InputError
        It is not JSON, has no ``@context`` object, or something in that is no term; with the line where it is the only
        one of its name.
    """
    try:
        document = json.loads(data)
    except RecursionError as error:
        raise InputError(f"{path}: the nesting is deeper than can be read.") from error
    except ValueError as error:
        raise InputError(f"{path}: this is not JSON: {error}.") from error
    definition = document.get("@context") if isinstance(document, dict) else None
    if not isinstance(definition, dict):
        raise InputError(f'{path}: there is no object under "@context".')
    try:
        return Context(definition)
    except NoTerm as error:
        keys = list(re.finditer(rf'"{re.escape(error.name)}"\s*:', data.decode("utf-8", "replace")))
        line = f":{keys[0].string.count(chr(10), 0, keys[0].start()) + 1}" if len(keys) == 1 else ""
        raise InputError(f"{path}{line}: {error.name[:_SHOWN]!r} cannot be used: {error}.", hint=_ADVICE) from error


def read_terms(project: Path) -> bytes | None:
    """Return the context of a project as it is written; None where it has none.

    Raises
    ------
    InputError
        The file cannot be read, or is no context.
    """
    path = project / CONTEXT_FILE
    if not path.is_file():
        return None
    content = read_whole(path, at_most=MAX_SMALL_BYTES)
    parse_context(content, CONTEXT_FILE)
    return content
