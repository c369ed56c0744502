"""Read a whole project: files → :class:`Corpus`; what is malformed becomes located findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import InputError
from digigraph.findings import Finding, Location, Severity
from digigraph.iris import Iris
from digigraph.sources.blank_nodes import Labels, without_blank_nodes
from digigraph.sources.claims import Assertion, ClaimReader, Slug, slug
from digigraph.sources.facts import Captured, read_document
from digigraph.sources.files import read_bytes, source_files
from digigraph.sources.rdf import EXTENSIONS, MAX_BYTES, LocatedQuad, parse_rdf
from digigraph.sources.records import Fields, Malformed, Node, Scalar, decode, parse_yaml
from digigraph.sources.terms import Context, parse_context
from digigraph.suggestions import did_you_mean
from digigraph.vocab import DG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digigraph.settings import Settings
    from digigraph.sources.documents import Document

CONTEXT_FILE = "ontology/context.jsonld"
_TEXT_SUFFIXES = (".txt", ".html", ".md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Everything that was read.

    Parameters
    ----------
    documents
        Source documents with their facts.
    things
        What is said of things outside the documents.
    curated, ontology
        Quads of RDF files; the graph of each is decided: ``graph/curated`` or one that the file names.
    shapes
        The shapes graph.
    queries
        Texts of ``queries/*.rq`` by path.
    findings
        Mistakes met while reading.
    """

    documents: tuple[Document, ...]
    things: tuple[Assertion, ...]
    curated: tuple[LocatedQuad, ...]
    ontology: tuple[LocatedQuad, ...]
    shapes: tuple[LocatedQuad, ...]
    queries: dict[str, str]
    findings: tuple[Finding, ...]


def read_project(settings: Settings) -> Corpus:
    """Read a project.

    Raises
    ------
    InputError
        A file cannot be read, or the context is no context: without its terms nothing can be understood.
    """
    return _ProjectReader(settings).read()


class _ProjectReader:
    def __init__(self, settings: Settings) -> None:
        self._project = settings.project
        self._iris = Iris(settings.base_iri)
        self._findings: list[Finding] = []
        self._context = self._read_context()

    def _read_context(self) -> Context:
        path = self._project / CONTEXT_FILE
        if not path.is_file():
            raise InputError(f"{path}: there is no such file.", hint="A graph project has its terms there.")
        return parse_context(read_bytes(path), CONTEXT_FILE)

    def read(self) -> Corpus:
        ontology = self._rdf("ontology", self._iris.graph("ontology"), skip={CONTEXT_FILE})
        curated = self._rdf("data", self._iris.graph("curated"), skip=set())
        things = self._things()
        documents = self._documents()
        self._check_references(documents, things, [*ontology, *curated])
        return Corpus(
            documents=tuple(documents),
            things=tuple(things),
            curated=tuple(curated),
            ontology=tuple(ontology),
            shapes=tuple(self._shapes()),
            queries=self._queries(),
            findings=tuple(self._findings),
        )

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._project).as_posix()

    def _in(self, folder: str) -> Iterator[Path]:
        root = self._project / folder
        for path in source_files(self._project):
            if path.is_relative_to(root):
                yield path

    def _queries(self) -> dict[str, str]:
        queries: dict[str, str] = {}
        for path in self._in("queries"):
            if path.suffix == ".rq":
                name = self._relative(path)
                try:
                    queries[name] = decode(read_bytes(path), name)
                except Malformed as malformed:
                    self._findings.append(malformed.finding)
        return queries

    def _shapes(self) -> list[LocatedQuad]:
        quads: list[LocatedQuad] = []
        labels = Labels("s")
        for path in self._in("shapes"):
            if path.suffix in EXTENSIONS:
                try:
                    parsed = parse_rdf(read_bytes(path, at_most=MAX_BYTES), self._relative(path), self._iris.base)
                    quads += labels.of(parsed)
                except Malformed as malformed:
                    self._findings.append(malformed.finding)
        return quads

    def _rdf(self, folder: str, graph: ox.NamedNode, *, skip: set[str]) -> list[LocatedQuad]:
        quads: list[LocatedQuad] = []
        for path in self._in(folder):
            name = self._relative(path)
            if path.suffix not in EXTENSIONS or name in skip:
                continue
            try:
                parsed = parse_rdf(read_bytes(path, at_most=MAX_BYTES), name, self._iris.base)
                named = without_blank_nodes(parsed, self._iris.thing("b-").value)
                quads += [self._placed(each, graph) for each in named]
            except Malformed as malformed:
                self._findings.append(malformed.finding)
        return quads

    def _placed(self, located: LocatedQuad, graph: ox.NamedNode) -> LocatedQuad:
        quad = located.quad
        if isinstance(quad.graph_name, ox.DefaultGraph):
            return replace(located, quad=ox.Quad(quad.subject, quad.predicate, quad.object, graph))
        if quad.graph_name in {self._iris.graph("curated"), self._iris.graph("ontology")}:
            return located
        raise Malformed(
            "graph-name",
            f"Quads of this project go into {graph.value}, not into {quad.graph_name}.",
            located.location,
            hint="Leave the graph's name away.",
        )

    def _things(self) -> list[Assertion]:
        assertions: list[Assertion] = []
        for path in self._in("data/things"):
            if path.suffix not in {".yaml", ".yml"}:
                continue
            try:
                assertions += self._things_of(parse_yaml(read_bytes(path), self._relative(path)))
            except Malformed as malformed:
                self._findings.append(malformed.finding)
        return assertions

    def _things_of(self, root: Node) -> list[Assertion]:
        if not isinstance(root, Fields):
            raise Malformed("value", "A things file maps slugs to what is known of them.", root.location)
        reader = ClaimReader(self._context, self._findings, source="", language=None)
        assertions: list[Assertion] = []
        for name, place in root.keys.items():
            with reader.noting():
                node = root.nodes[name]
                if not isinstance(node, Fields):
                    raise Malformed("value", f"{name} needs a type and a name.", node.location)
                assertions += reader.of(slug(Scalar(name, place)), node)
        return assertions

    def _documents(self) -> list[Document]:
        folder = "data/documents"
        files = {path.relative_to(self._project / folder).as_posix(): path for path in self._in(folder)}
        documents = []
        for name, path in files.items():
            stem, _, suffix = name.rpartition(".")
            if suffix not in {"yaml", "yml"}:
                continue
            texts = [stem + each for each in _TEXT_SUFFIXES if stem + each in files]
            try:
                captured = self._captured(stem, path, [files[each] for each in texts])
            except Malformed as malformed:
                self._findings.append(malformed.finding)
                continue
            if (document := read_document(captured, self._context, self._findings)) is not None:
                documents.append(document)
        return documents

    def _captured(self, stem: str, facts: Path, texts: list[Path]) -> Captured:
        place = Scalar(stem, Location(self._relative(facts)))
        if len(texts) != 1:
            raise Malformed(
                "document",
                f"Beside this file there must be one captured text; there are {len(texts)}.",
                place.location,
                hint=f"Put it at data/documents/{stem}.txt, .html or .md.",
            )
        return Captured(
            slug=slug(place),
            text_path=self._relative(texts[0]),
            text=read_bytes(texts[0]),
            facts_path=self._relative(facts),
            facts=read_bytes(facts),
        )

    def _check_references(self, documents: list[Document], things: list[Assertion], located: list[LocatedQuad]) -> None:
        """Note every slug that is used and that nothing describes."""
        said = [*things, *(each for document in documents for each in (*document.about, *document.said))]
        prefix = self._iris.thing("").value
        known = {each.subject for each in things}
        known |= {each.subject for each in said if each.introduced_by is not None}
        known |= {
            each.quad.subject.value.removeprefix(prefix)
            for each in located
            if isinstance(each.quad.subject, ox.NamedNode) and each.quad.subject.value.startswith(prefix)
        }
        documents_known = {document.slug for document in documents}
        for each in said:
            if each.subject not in known | documents_known:
                self._unknown(each.subject, known, each.location)
            if isinstance(each.value, Slug) and each.value not in known | documents_known:
                self._unknown(each.value, known, each.location)
        self._check_words(said, located)

    def _check_words(self, said: list[Assertion], located: list[LocatedQuad]) -> None:
        """Note every word of a closed list that the ontology does not define."""
        prefix = str(DG)
        defined = {each.quad.subject.value for each in located if isinstance(each.quad.subject, ox.NamedNode)}
        words = {each.removeprefix(prefix) for each in defined if each.startswith(prefix)}
        for each in said:
            value = each.value
            if isinstance(value, ox.NamedNode) and value.value.startswith(prefix) and value.value not in defined:
                word = value.value.removeprefix(prefix)
                self._findings.append(
                    Finding(
                        rule="unknown-word",
                        severity=Severity.VIOLATION,
                        message=f"The ontology has no {word!r}.",
                        location=each.location,
                        hint=did_you_mean(word, words),
                    )
                )

    def _unknown(self, name: str, known: set[str], location: Location) -> None:
        self._findings.append(
            Finding(
                rule="unknown-thing",
                severity=Severity.VIOLATION,
                message=f"There is no thing {name!r}.",
                location=location,
                hint=did_you_mean(name, known) or "Describe it in data/things/.",
            )
        )
