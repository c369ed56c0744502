"""When each page of the sitemap last changed: when anything that it shows came, went, or got another name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.publishing.crawlers.sitemap import LEADING, page_path
from digigraph.publishing.edition.labels import LABEL_PROPERTIES, chunks
from digigraph.store.answering.backend import rows
from digigraph.store.snapshots.change import KEPT, is_bare
from digigraph.vocab import DG, OWNED, PROV, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digigraph.iris import Iris
    from digigraph.store.answering.backend import Backend
    from digigraph.store.snapshots.change import Event
    from digigraph.store.snapshots.change_log import ChangeLog

_QUOTING = {*LABEL_PROPERTIES, SCHEMA["url"]}
"""Properties of a document whose values stand beside its sentences, on whatever page: its name, and where it is."""
_NAMED_BY = "{ ?by ?p ?this } UNION { ?this ?p ?by } UNION { ?by ?this ?o } UNION { ?s ?this ?by }"
"""What has a name on its page, by a statement."""
_SPOKEN_OF_BY = " UNION ".join(
    f"{{ GRAPH ?by {{ {each} }} }}" for each in ("?this ?p ?o", "?s ?this ?o", "?s ?p ?this")
)
"""Which evidence has a name beside its sentence."""
_TAKEN_FROM = f"?by {DG['source']} ?this"
_QUOTED_FOR = "{ GRAPH ?this { ?by ?p ?o } } UNION { GRAPH ?this { ?s ?p ?by } }"
"""What has an evidence on its page."""
_PART_OF = f"?this {DG['source']}|{PROV['specializationOf']} ?by"
"""Which document has an evidence, or a text, on its page."""
_OWNED_BY = f"?by ({'|'.join(map(str, OWNED))})+ ?this"


@dataclass(frozen=True, slots=True)
class Modified:
    """When pages changed, as W3C Datetime.

    Parameters
    ----------
    since
        When every page may have.
    later
        Those that changed after that, by path.
    latest
        When anything did.
    """

    since: str
    later: Mapping[str, str]
    latest: str

    def of(self, path: str) -> str:
        """Return when a page changed; one that leads to the others, with the last change of all."""
        return self.latest if path in LEADING else self.later.get(path, self.since)


def modified(log: ChangeLog, until: str, backend: Backend, iris: Iris) -> Modified | None:
    """Return when pages changed in what they say of the graph; None where the log does not tell.

    No page that changed keeps an older date. One may get a date though nothing on it changed: where another thing is
    called otherwise in a language that it is not shown in, where a claim about it that is not accepted came or went,
    where what changed stands behind its first 200 statements, or where something was taken back.

    Parameters
    ----------
    log
        The changes; none is looked at that came after the state ``until`` was last active.
    until
        Name of the state that the backend answers from.
    backend
        Is asked whose pages show what has changed.
    iris
        Of the graph.

    Raises
    ------
    SnapshotDamaged
        A change is not what was written.
    """
    changes = log.changes(until=until)
    if not changes:
        return None
    told = _Told(iris.base)
    # Before the first change there was nothing, and of shortened ones it is not known what they took away.
    first = max(number for number, each in enumerate(changes) if number == 0 or not each.is_whole)
    since = changes[first].created
    for change in changes[first + 1 :]:
        for event in log.events(change):
            if any(map(is_bare, event.lines)):
                # Something was taken back, and nothing is left that tells which pages had it.
                since, told = change.created, _Told(iris.base)
            told.hear(event, change.created)
    later: dict[str, str] = {}
    for iri, when in told.spread(backend).items():
        path = page_path(iris, iri)
        if path is not None:
            later[path] = max(later.get(path, ""), when)
    return Modified(since, later, changes[-1].created)


@dataclass(slots=True)
class _Told:
    """What changes told, by IRI, each with the date of the last."""

    base: str
    things: dict[str, str] = field(default_factory=dict)
    """Of which something came or went."""
    named: dict[str, str] = field(default_factory=dict)
    """With another name."""
    quoting: dict[str, str] = field(default_factory=dict)
    """With another name or place, which count where it is a document."""
    described: dict[str, str] = field(default_factory=dict)
    """Evidence of which something else is said, such as that it is not accepted."""
    claiming: dict[str, str] = field(default_factory=dict)
    """Evidence that says something else, and texts of documents."""

    def hear(self, event: Event, when: str) -> None:
        changed = b"\n".join(each[1:] for each in event.lines if not each.startswith(KEPT) and not is_bare(each))
        for quad in ox.parse(changed, format=ox.RdfFormat.N_QUADS):
            for term in (quad.subject, quad.object):
                if isinstance(term, ox.NamedNode):
                    self.things[term.value] = when
            subject, graph = (getattr(each, "value", "") for each in (quad.subject, quad.graph_name))
            if quad.predicate in LABEL_PROPERTIES:
                self.named[subject] = when
            if quad.predicate in _QUOTING:
                self.quoting[subject] = when
            if self._is_evidence(graph):
                self.claiming[graph] = when
            elif self._is_evidence(subject):
                self.described[subject] = when
            elif subject.startswith(f"{self.base}doc/"):
                self.claiming[subject] = when

    def spread(self, backend: Backend) -> dict[str, str]:
        """Return everything on whose page something of it stands."""
        _add(self.things, _reached(backend, _NAMED_BY, self.named))
        graphs = _reached(backend, _SPOKEN_OF_BY, self.named)
        _add(self.described, (each for each in graphs if self._is_evidence(each[0])))
        _add(self.described, _reached(backend, _TAKEN_FROM, self.quoting))
        _add(self.things, _reached(backend, _QUOTED_FOR, self.described))
        _add(self.claiming, self.described.items())
        _add(self.things, _reached(backend, _PART_OF, self.claiming))
        _add(self.things, _reached(backend, _OWNED_BY, self.things))
        return self.things

    def _is_evidence(self, iri: str) -> bool:
        return iri.startswith(f"{self.base}ev/")


def _reached(backend: Backend, pattern: str, dates: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What ``?by`` is bound to where ``?this`` is something with a date, and that date."""
    for values in chunks(dates):
        for row in rows(backend, f"SELECT DISTINCT ?this ?by {{ VALUES ?this {{ {values} }} {pattern} }}"):
            this, by = row["this"], row["by"]
            if isinstance(this, ox.NamedNode) and isinstance(by, ox.NamedNode):
                yield by.value, dates[this.value]


def _add(dates: dict[str, str], others: Iterable[tuple[str, str]]) -> None:
    """Let the later date of each count."""
    for iri, when in list(others):
        dates[iri] = max(dates.get(iri, ""), when)
