"""The product in one function: read → build → check → refuse or publish."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from digigraph import sparql
from digigraph.cache import NO_CACHE
from digigraph.dataset.build import build
from digigraph.errors import NoSnapshot, PublicationBusy, PublicationRefused, SnapshotDamaged, StoreError
from digigraph.findings import Severity
from digigraph.iris import Iris
from digigraph.levels import DEFAULT_LEVELS
from digigraph.publishing.carried.dumps import FORMATS as DUMPS
from digigraph.publishing.carried.dumps import write_dumps
from digigraph.publishing.carried.retired import FILE as RETIRED
from digigraph.publishing.carried.retired import TAKEN_BACK, retired, taken_back
from digigraph.publishing.carried.texts import encode_text, text_file
from digigraph.publishing.descriptions.void import FIGURES, figures
from digigraph.redaction.applying import apply, note_published
from digigraph.sources.files.disk import read_bytes, sources_hash
from digigraph.sources.files.kept import Kept
from digigraph.sources.ontology.terms import CONTEXT_FILE
from digigraph.sources.rdf.blank_nodes import Labels
from digigraph.sources.rdf.files import read_files
from digigraph.sources.rdf.formats import MAX_BYTES
from digigraph.sources.read import read_project
from digigraph.sources.redactions import FILE as REDACTIONS
from digigraph.sources.redactions import Redactions, redactions_of
from digigraph.sources.schemas.making import Schemas, redactions
from digigraph.store.answering.counting import count
from digigraph.store.opening import open_aside
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.dumps import Dumping
from digigraph.validation.check import check, worst
from digigraph.validation.engine.bounds import DEFAULT_BOUNDS
from digigraph.validation.engine.data_graph import is_repeatable
from digigraph.validation.files import check_rdf
from digigraph.validation.rules.queries import queries_are_repeatable
from digigraph.validation.shapes.checking import is_finished, rules_of_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from digigraph.cache import Cache
    from digigraph.dataset.statements import Dataset
    from digigraph.findings import Finding
    from digigraph.levels import Levels
    from digigraph.redaction.applying import Applied
    from digigraph.settings import Settings
    from digigraph.sources.corpus import Corpus
    from digigraph.sources.rdf.files import Files, Reading
    from digigraph.store.answering.backend import Backend
    from digigraph.store.snapshots.catalog import Publication
    from digigraph.validation.engine.bounds import Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check found.

    Parameters
    ----------
    findings
        In source order.
    is_repeatable
        Whether the same sources give the same findings again: no query in the shapes asks for the time or for chance.
    """

    findings: list[Finding]
    is_repeatable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Found):
    """A dataset, everything that was found wrong with it and its sources, and what a snapshot carries beside it.

    ``files`` are the context of the terms, and of each document version what a reader sees of its text; neither they
    nor the dataset have what ``redactions`` take back.
    """

    dataset: Dataset
    files: Mapping[str, bytes]
    redactions: Redactions

    @property
    def is_publishable(self) -> bool:
        """Whether nothing stands in the way: warnings do not."""
        return worst(self.findings) is not Severity.VIOLATION


class Refusal(PublicationRefused):
    """A refusal with the findings that are its reason."""

    def __init__(self, findings: list[Finding]) -> None:
        violations = sum(each.severity is Severity.VIOLATION for each in findings)
        super().__init__(
            f"Not published: {violations} violation{'s' if violations != 1 else ''}.",
            hint="What was published before stays as it is.",
        )
        self.findings = findings


def build_and_check(settings: Settings, cache: Cache = NO_CACHE) -> Checked:
    """Read a project, build its dataset and run every check.

    Raises
    ------
    InputError
        A file cannot be read at all; what can be read and is wrong becomes a finding.
    SettingsError
        A level is set for a shape that there is not.
    """
    kept = Kept(cache, str(settings.project))
    corpus = read_project(settings, kept)
    if not any(each.location.path.startswith("shapes/") for each in corpus.findings):
        settings.rules.check_shapes(rules_of_shapes(corpus.shapes))
    dataset = build(corpus, settings)
    # What stored queries promise, they promise of the sources: that some of it is taken back is no fault of theirs.
    with _asking(dataset.whole or dataset, settings, cache) as ask:
        findings = check(corpus, dataset, settings, ask, cache=cache)
    # Not before: places are worked out where they are asked for.
    kept.keep()
    files = {"context.jsonld": read_bytes(settings.project / CONTEXT_FILE, at_most=MAX_BYTES)}
    files |= dict(_texts(corpus, dataset))
    return Checked(
        dataset=dataset,
        findings=settings.rules.applied(findings),
        files=files,
        redactions=corpus.redactions,
        is_repeatable=is_repeatable(each.quad.triple for each in corpus.shapes)
        and queries_are_repeatable(corpus.queries, findings)
        and is_finished(findings)
        # A day that has not come yet comes.
        and not any(each.rule == "date" for each in findings),
    )


def _texts(corpus: Corpus, dataset: Dataset) -> Iterator[tuple[str, bytes]]:
    """What a reader may see of each text."""
    for each in corpus.documents:
        runs = each.text.runs()
        if corpus.redactions:
            left = corpus.redactions.left_of(f"{each.slug}_{each.version}", runs, dataset.masked)
            if left is None:
                continue
            runs = left
        yield text_file(each.slug, each.version), encode_text(runs)


@contextlib.contextmanager
def _asking(dataset: Dataset, settings: Settings, cache: Cache) -> Iterator[Callable[[str], int | None]]:
    """Something that asks the dataset as the server would, with the same limits, and counts what comes back.

    A query that may ask other servers is not asked: checking contacts nobody. Nor is one that was asked of the same
    dataset before; that it had no answer is not kept, for another time it may have one.
    """
    key = cache.key("rows", dataset.nquads)
    kept = _rows(cache.get(key))
    known = dict(kept)
    with tempfile.TemporaryDirectory(prefix="digigraph-") as folder, contextlib.ExitStack() as stack:
        backend: Backend | None = None

        def ask(text: str) -> int | None:
            nonlocal backend
            if settings.federation and "SERVICE" in sparql.keywords(text):
                return None
            if text in known:
                return known[text]
            if backend is None:
                nquads = Path(folder, "dataset.nq")
                nquads.write_bytes(dataset.nquads)
                backend = open_aside(nquads, replace(settings, endpoint="", federation=""))
                stack.callback(backend.close)
            found = count(backend, text)
            if sparql.is_repeatable(text):
                known[text] = found
            return found

        yield ask
    if known != kept:
        cache.put(key, msgspec.json.encode(known))


def _rows(entry: bytes | None) -> dict[str, int]:
    """How much queries gave, as it was kept."""
    try:
        return msgspec.json.decode(entry, type=dict[str, int]) if entry is not None else {}
    except msgspec.MsgspecError:
        return {}


def editor_schemas(settings: Settings) -> dict[str, bytes]:
    """Return the JSON Schemas of a project by path, made of its terms, ontology and things.

    Raises
    ------
    InputError
        A file cannot be read at all; what has mistakes is left out.
    """
    corpus = read_project(settings)
    ontology = [each.quad for each in corpus.ontology]
    schemas = Schemas(corpus.context, ontology, corpus.things, Iris(settings.base_iri).thing("").value)
    made = {"facts": schemas.facts(), "things": schemas.things(), "redactions": redactions()}
    return {
        f"schemas/{name}.schema.json": f"{json.dumps(schema, ensure_ascii=False, indent=1)}\n".encode()
        for name, schema in made.items()
    }


def check_files(
    files: Files,
    reading: Reading,
    levels: Levels = DEFAULT_LEVELS,
    *,
    bounds: Bounds = DEFAULT_BOUNDS,
    cache: Cache = NO_CACHE,
) -> Found:
    """Check RDF files of anybody against shapes, with the levels that are set.

    Raises
    ------
    InputError
        A name leads to nothing, or to something that cannot be read or has no known format.
    SettingsError
        A level is set for a shape that there is not.
    """
    labels = Labels("b")
    reading = replace(reading, kept=Kept(cache, f"{files.data} {files.ontology}"))
    data = read_files(files.data, reading, labels=labels)
    ontology = read_files(files.ontology, reading, labels=labels)
    shapes = read_files(files.shapes, reading, labels=Labels("s"))
    if shapes.is_whole:
        levels.check_shapes(rules_of_shapes(shapes.quads))
    findings = check_rdf(data, shapes, ontology, bounds=bounds, cache=cache)
    reading.kept.keep()
    return Found(
        findings=levels.applied(findings),
        is_repeatable=is_repeatable(each.quad.triple for each in shapes.quads) and is_finished(findings),
    )


def publish(settings: Settings, *, tell: Callable[[Applied], None] = lambda _: None) -> Publication:
    """Publish a project: a new snapshot that is active, or a refusal that changes nothing.

    Parameters
    ----------
    tell
        Is told what was done to the kept states because of what is taken back, also where the rest is refused.

    Returns
    -------
    Publication
        The active snapshot; ``is_new`` is false where the data is what was active before.

    Raises
    ------
    Refusal
        The checks found violations.
    InputError, StoreError
        Reading or writing failed; the active snapshot is the one it was.
    """
    # The hash is taken first: a file that changes while it is read makes the next start publish again.
    sources = sources_hash(settings)
    checked = build_and_check(settings)
    # Also where the rest is refused: what is taken back is served no longer.
    if not any(each.location.path == REDACTIONS for each in checked.findings):
        tell(apply(settings, checked.redactions))
    if not checked.is_publishable:
        raise Refusal(checked.findings)
    publication = publish_checked(settings, checked, sources)
    # What could not be read before is mended now.
    tell(apply(settings, checked.redactions))
    return publication


def publish_checked(settings: Settings, checked: Checked, sources: str) -> Publication:
    """Publish what was built and checked; ``sources`` is the hash of what it was made of.

    Raises
    ------
    PublicationBusy
        Something was taken back meanwhile that it may still have.
    StoreError
        As :func:`publish`.
    """
    catalog = SnapshotCatalog(settings.state_folder, changes_kept=dt.timedelta(days=settings.changes_days))
    nquads = checked.dataset.nquads
    files = {
        **checked.files,
        RETIRED: _retired(catalog, nquads, settings.base_iri),
        FIGURES: figures(nquads, settings.base_iri),
    }
    if checked.redactions:
        files[TAKEN_BACK] = taken_back(checked.redactions.reasons)

    def confirm() -> None:
        if redactions_of(settings.project, Iris(settings.base_iri)).reasons != checked.redactions.reasons:
            raise PublicationBusy("Something was taken back while this was built.", hint="Publish again.")

    dump = _dumping(checked.dataset, settings)
    publication = catalog.publish(nquads, sources, files=files, dump=dump, confirm=confirm)
    note_published(settings, publication.snapshot.name)
    return replace(publication, removed=_pruned(catalog, settings.snapshots_kept))


def _pruned(catalog: SnapshotCatalog, keep: int) -> tuple[str, ...]:
    """Remove the snapshots that are not to be kept; 0 keeps all."""
    try:
        return catalog.prune(keep) if keep else ()
    except StoreError:
        # What was published is; the next publication removes them.
        return ()


def _dumping(dataset: Dataset, settings: Settings) -> Dumping:
    """What writes the dumps of a snapshot, in the formats that the settings name."""
    formats, prefixes = settings.dumps.split(), Iris(settings.base_iri).prefixes
    return Dumping(
        names=frozenset(name for name, each in DUMPS.items() if each.format.name in formats),
        write=lambda folder: write_dumps(folder, dataset.nquads, prefixes, names=formats),
    )


def _retired(catalog: SnapshotCatalog, nquads: bytes, base_iri: str) -> bytes:
    """What the active snapshot knows, or knew to be gone, and the next one does not know."""
    try:
        active = catalog.active()
        if active is None:
            return b""
        with active.open() as opened:
            return retired(opened.nquads(), active.read_file(RETIRED) or b"", nquads, base_iri)
    except (SnapshotDamaged, NoSnapshot):
        # Publishing is how a damaged snapshot is mended; what it had cannot be known.
        return b""
