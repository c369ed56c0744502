"""The graph as one reader is offered it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.errors import Gone, NotFound, TakenBack
from digigraph.publishing.carried.retired import FILE, is_retired
from digigraph.publishing.edition.paths import TIMEMAP

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.iris import Iris
    from digigraph.store.answering.backend import Backend

Context = dict[str, object]
"""What stands under ``@context`` in a JSON-LD context document."""


def _no_reason(_iri: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Edition:
    """The graph in one language.

    Parameters
    ----------
    backend
        Who answers.
    iris
        Of the graph.
    language
        Of labels.
    read_file
        Returns a file that the snapshot carries beside its dataset, None where there is none of that name.
    licence
        IRI of the licence of the data; empty where none is stated.
    reason_of
        Returns why an IRI was taken back, as a class of reasons; empty where it was not.
    timemaps
        What the address of a TimeMap begins with, the path of an original behind it.
    """

    backend: Backend
    iris: Iris
    language: str
    read_file: Callable[[str], bytes | None]
    licence: str = ""
    reason_of: Callable[[str], str] = _no_reason
    timemaps: str = TIMEMAP

    @property
    def context(self) -> Context:
        """The terms of JSON-LD; empty where none are at hand, and then everything is written out."""
        content = self.read_file("context.jsonld")
        return dict(json.loads(content)["@context"]) if content is not None else {}

    def missing(self, iri: str) -> NotFound:
        """Return the error that says that the graph does not know an IRI: taken back, no longer, or not at all."""
        if reason := self.reason_of(iri):
            return TakenBack(f"{iri} was taken back from every state of the graph. Reason: {reason}.", reason=reason)
        if is_retired(iri, self.read_file(FILE) or b""):
            return Gone(
                f"{iri} was in an earlier state of the graph, and is no longer.",
                hint=f"{self.timemaps}{self.iris.path(iri)} lists the states that are kept.",
            )
        return NotFound(f"The graph says nothing of {iri}.")
