"""Read a whole project: files → :class:`Corpus`; what is malformed becomes located findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import InputError
from digigraph.findings import Location
from digigraph.iris import Iris, slugify
from digigraph.sources.corpus import Corpus
from digigraph.sources.facts import values
from digigraph.sources.facts.cut_texts import cut_texts
from digigraph.sources.facts.documents import Captured
from digigraph.sources.facts.filed_twice import filed_twice
from digigraph.sources.facts.reading import read_document
from digigraph.sources.facts.things import ThingsFile, read_things
from digigraph.sources.files.disk import MAX_SMALL_BYTES, Budget, is_file, read_whole, source_files, unreadable_folder
from digigraph.sources.files.kept import Kept
from digigraph.sources.files.records import Malformed, Node, Noting, Scalar, decode, described_twice
from digigraph.sources.gaps.missed import left_out, names_at, names_in, to_be_read_first
from digigraph.sources.gaps.passed_over import TEXT_SUFFIXES, YAML_SUFFIXES, one_text, passed_over
from digigraph.sources.gaps.references import References
from digigraph.sources.ontology.described import Described
from digigraph.sources.ontology.domains import Domains, classes_of
from digigraph.sources.ontology.terms import CONTEXT_FILE, Context, parse_context
from digigraph.sources.rdf.blank_nodes import Labels, without_blank_nodes
from digigraph.sources.rdf.formats import EXTENSIONS, MAX_BYTES
from digigraph.sources.rdf.graph_names import in_graph
from digigraph.sources.rdf.parsing import LocatedQuad, parse_rdf
from digigraph.sources.redactions import FILE as REDACTIONS_FILE
from digigraph.sources.redactions import Redactions, read_redactions
from digigraph.sources.yaml.layouts import of_things
from digigraph.sources.yaml.parsing import MAX_BYTES as MAX_YAML_BYTES
from digigraph.sources.yaml.parsing import parse_yaml
from digigraph.suggestions import unseen
from digigraph.vocab import DG, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.findings import Finding
    from digigraph.settings import Settings
    from digigraph.sources.facts.assertions import Assertion
    from digigraph.sources.facts.documents import Document, Saying

MAX_TEXT_BYTES = 5_000_000
"""Bytes above which a captured text is refused."""


def read_project(settings: Settings, kept: Kept | None = None) -> Corpus:
    """Read a project; ``kept`` is what an earlier run has worked out of its files.

    Raises
    ------
    InputError
        A file cannot be read, or the context is no context: without its terms nothing can be understood.
    """
    return _ProjectReader(settings, kept or Kept()).read()


class _ProjectReader:
    def __init__(self, settings: Settings, kept: Kept) -> None:
        self._kept = kept
        self._project = settings.project
        self._iris = Iris(settings.base_iri)
        self._findings: list[Finding] = []
        self._noting = Noting(self._findings)
        self._budget = Budget()
        self._said: list[Assertion] = []
        self._sayings: list[tuple[Saying, ...]] = []
        self._described: dict[str, Location] = {}
        self._untyped: dict[str, Location] = {}
        self._nameless: list[Location] = []
        # What files that could not be read whole may describe: it is not called unknown.
        self._mentioned: set[str] = set()
        self._missed: set[tuple[str, ox.NamedNode | None]] = set()
        self._unread: set[str] = set()
        self._lost: set[str] = set()
        self._unproven: list[Assertion] = []
        self._unread_facts: set[str] = set()
        # Facts files whose quotes cannot be looked for.
        self._textless: set[str] = set()
        self._twice: set[str] = set()
        self._locked: set[str] = set()
        self._files = source_files(self._project, note=self._note_locked)
        self._context = self._read_context()
        self._layout = of_things(frozenset(self._context.terms) | {"type"})

    def _read_context(self) -> Context:
        path = self._project / CONTEXT_FILE
        if not is_file(path):
            raise InputError(f"{path}: there is no such file.", hint="A graph project has its terms there.")
        return parse_context(read_whole(path, at_most=MAX_SMALL_BYTES), CONTEXT_FILE)

    def read(self) -> Corpus:
        ontology = self._rdf("ontology", self._iris.graph("ontology"), skip={CONTEXT_FILE})
        described = Described(each.quad for each in ontology)
        curated = self._rdf("data", self._iris.graph("curated"), skip=set())
        classes = classes_of((each.quad for each in [*ontology, *curated]), self._iris.thing("").value)
        for path in self._in("data/documents"):
            classes[path.stem].add(DG["Source"])
        self._context.explain(lambda iri: described.texts(iri, RDFS["label"]).values(), Domains(described, classes))
        things = self._things()
        for each in things:
            if isinstance(each.value, ox.NamedNode) and each.property == RDF["type"]:
                classes[each.subject].add(each.value)
        documents = self._documents(things)
        references = References(self._said, [*ontology, *curated], self._iris.thing("").value, self._described.keys())
        self._findings += self._references(references)
        self._findings[:] = map(references.explained, self._findings)
        self._findings += passed_over(list(map(self._relative, self._files)))
        waiting = {each for each in self._lost if not each.endswith(YAML_SUFFIXES)} | self._textless
        self._findings[:] = to_be_read_first(
            dict.fromkeys(self._findings), (self._unread - self._locked) | self._unread_facts | waiting
        )
        return Corpus(
            context=self._context,
            documents=tuple(documents),
            things=tuple(things),
            curated=tuple(curated),
            ontology=tuple(ontology),
            shapes=tuple(self._shapes()),
            queries=self._queries(),
            redactions=self._redactions(),
            findings=tuple(dict.fromkeys(self._findings)),
            sayings=tuple(self._sayings),
            missed=frozenset(self._missed.union(left_out(self._said, documents, things))),
            unread=frozenset(self._unread),
            lost=frozenset(self._lost),
            unproven=tuple(self._unproven),
            unread_facts=frozenset(self._unread_facts),
            twice=frozenset(self._twice),
        )

    def _note_locked(self, error: OSError) -> None:
        """Note a folder that cannot be read; what may be in it is neither unknown nor missing."""
        name = self._relative(Path(error.filename))
        self._findings.append(unreadable_folder(name, error.strerror))
        self._locked.add(name)
        if name.startswith(("data", "ontology")):
            self._unread.add(name)

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._project).as_posix()

    def _in(self, folder: str) -> Iterator[Path]:
        root = self._project / folder
        for path in self._files:
            if path.is_relative_to(root):
                yield path

    def _bytes(self, path: Path, *, at_most: int) -> bytes:
        return self._budget.read(path, self._relative(path), at_most=at_most)

    def _parsed(self, data: bytes, name: str) -> list[LocatedQuad]:
        """The statements of an RDF file, as long as there is room for them."""
        parsed = parse_rdf(data, name, self._iris.base, at_most=self._budget.statements, kept=self._kept)
        self._budget.statements -= len(parsed)
        return parsed

    def _queries(self) -> dict[str, str]:
        queries: dict[str, str] = {}
        for path in self._in("queries"):
            if path.suffix == ".rq":
                name = self._relative(path)
                with self._noting:
                    queries[name] = decode(self._bytes(path, at_most=MAX_SMALL_BYTES), name)
        return queries

    def _redactions(self) -> Redactions:
        path = self._project / REDACTIONS_FILE
        with self._noting:
            if path in self._files:
                return read_redactions(self._bytes(path, at_most=MAX_YAML_BYTES), self._iris, self._findings)
        return Redactions()

    def _shapes(self) -> list[LocatedQuad]:
        quads: list[LocatedQuad] = []
        labels = Labels("s")
        for path in self._in("shapes"):
            if path.suffix in EXTENSIONS:
                name = self._relative(path)
                with self._noting:
                    quads += labels.of(self._parsed(self._bytes(path, at_most=MAX_BYTES), name), name)
        return quads

    def _rdf(self, folder: str, graph: ox.NamedNode, *, skip: set[str]) -> list[LocatedQuad]:
        quads: list[LocatedQuad] = []
        for path in self._in(folder):
            name = self._relative(path)
            if path.suffix not in EXTENSIONS or name in skip:
                continue
            own = {self._iris.graph("curated"), self._iris.graph("ontology")}
            lost = self._unread if folder == "ontology" else self._lost
            with self._noting:
                lost.add(name)
                data = self._bytes(path, at_most=MAX_BYTES)
                try:
                    named = without_blank_nodes(self._parsed(data, name), self._iris.thing("b-").value)
                    quads += [in_graph(each, graph, own) for each in named]
                    lost.discard(name)
                except Malformed:
                    self._mentioned |= (names := names_in(data))
                    self._missed |= {(each, None) for each in names}
                    raise
        return quads

    def _things(self) -> list[Assertion]:
        assertions: list[Assertion] = []
        for path in self._in("data/things"):
            if path.suffix in YAML_SUFFIXES:
                is_read = False
                for number, file in enumerate(self._things_of(path)):
                    # Of all but the first only mistakes are wanted, and whether there is what they speak of.
                    (self._said if number else assertions).extend(file.about)
                    self._merged(file)
                    is_read = is_read or file.is_read
                if not is_read:
                    self._unread.add(self._relative(path))
        self._said += assertions
        return assertions

    def _things_of(self, path: Path) -> Iterator[ThingsFile]:
        """A things file, once for each reading."""
        readings: list[Node] = []
        known = len(self._findings)
        with self._noting:
            data = self._bytes(path, at_most=MAX_YAML_BYTES)
            readings = parse_yaml(data, self._relative(path), self._layout, self._findings, self._kept)
        mistakes = self._findings[known:]
        for root in readings:
            self._findings += cut_texts(root, data, None, self._context)
            file = read_things(root, self._context, self._findings)
            if not file.is_whole:
                # Of what was left out beside slugs nobody can tell whether it was one.
                file.misnamed |= (names := names_at(mistakes, data))
                file.missed |= {(each, None) for each in names}
            yield file

    def _merged(self, file: ThingsFile) -> None:
        """Take note of what a things file says beside what is known of its things."""
        for slug, place in file.described:
            first = self._described.setdefault(slug, place)
            # In one file it stands once, or on both sides of a merge conflict.
            if first.path != place.path:
                self._twice.add(slug)
                self._findings.append(described_twice(slug, place, first))
        self._said += file.said
        self._untyped |= file.untyped
        self._mentioned |= file.misnamed
        self._nameless += file.nameless
        self._missed |= file.missed

    def _documents(self, things: list[Assertion]) -> list[Document]:
        """The documents; what ``things`` say of something that has the name of one is told and taken out of them."""
        folder = "data/documents"
        files = {path.relative_to(self._project / folder).as_posix(): path for path in self._in(folder)}
        documents = []
        texts_before: dict[str, str] = {}
        for name, path in files.items():
            stem, _, suffix = name.rpartition(".")
            if f".{suffix}" in YAML_SUFFIXES:
                texts = [files[stem + each] for each in TEXT_SUFFIXES if stem + each in files]
                self._lost.add(self._relative(path))
                self._unread_facts.add(self._relative(path))
                with self._noting:
                    captured = self._captured(stem, path, texts)
                    if captured.is_named:
                        self._described_by(captured, things)
                    read = read_document(captured, self._context, self._findings, self._kept)
                    self._findings += filed_twice(captured, read.said, texts_before)
                    self._said += read.said
                    self._sayings.append(read.sayings)
                    self._missed |= read.missed
                    self._unproven += read.unproven
                    if captured.text is None:
                        self._textless.add(captured.facts_path)
                    if read.is_read:
                        self._unread_facts.discard(captured.facts_path)
                    if read.document is not None:
                        documents.append(read.document)
                        self._lost.discard(captured.facts_path)
        return documents

    def _described_by(self, captured: Captured, things: list[Assertion]) -> None:
        """Take note of what a document is called."""
        own = Location(captured.facts_path)
        if (thing := self._described.setdefault(captured.slug, own)) != own:
            self._findings.append(described_twice(captured.slug, thing, own))
            things[:] = [each for each in things if each.subject != captured.slug]

    def _slug_of(self, stem: str, place: Location) -> tuple[str, bool]:
        """The slug that a file is named by, or the nearest where that is none, which is noted; and whether it is."""
        try:
            return values.slug(Scalar(stem, place)), True
        except Malformed as mistake:
            proposed = slugify(stem)
            hint = f"Call it data/documents/{proposed}.yaml, and its text {proposed}." if proposed else None
            hint = unseen(stem) or hint or mistake.finding.hint
            self._findings.append(replace(mistake.finding, hint=hint))
        nearest = proposed or "unnamed"
        self._mentioned.add(nearest)
        self._missed.add((nearest, None))
        return nearest, False

    def _captured(self, stem: str, facts: Path, texts: list[Path]) -> Captured:
        place = Scalar(stem, Location(self._relative(facts)))
        slug, is_named = self._slug_of(stem, place.location)
        text = None
        with self._noting:
            if len(texts) != 1:
                raise Malformed(
                    "document",
                    f"Beside this file there must be one captured text; there are {len(texts)}.",
                    place.location,
                    hint=one_text(stem, map(self._relative, texts), map(self._relative, self._in("data/documents"))),
                )
            text = self._bytes(texts[0], at_most=MAX_TEXT_BYTES)
        return Captured(
            slug=slug,
            is_named=is_named,
            text_path=self._relative(texts[0]) if texts else "",
            text=text,
            facts_path=self._relative(facts),
            facts=self._bytes(facts, at_most=MAX_YAML_BYTES),
        )

    def _references(self, references: References) -> Iterator[Finding]:
        """What is used and described nowhere, and things of which nobody says what they are."""
        unknown = list(references.unknown())
        # What a file that has mistakes may describe is not called unknown; nor is anything missing there.
        self._missed |= {(name, None) for name, _ in unknown}
        unknown = [(name, finding) for name, finding in unknown if name not in self._mentioned]
        untyped = list(references.untyped(self._untyped, self._missed))
        self._missed |= {(name, RDF["type"]) for name, _ in untyped}
        if self._unread:
            return
        for _, finding in [*unknown, *untyped]:
            may_be = f"It may be the thing at {self._nameless[0]}, which has no slug." if self._nameless else None
            is_unknown = finding.rule == "unknown-thing"
            yield replace(finding, hint=f"{finding.hint} {may_be}") if may_be and is_unknown else finding
        yield from references.unknown_words(self._mentioned)
