"""The report of a run of the W3C's tests, in the vocabulary of the W3C (Evaluation and Report Language 1.0).

``DIGIGRAPH_EARL`` names the file to write, as Turtle; without it nothing is written.
"""

from __future__ import annotations

import datetime as dt
import os
from importlib import metadata
from pathlib import Path

import pyoxigraph as ox
from excuses import REASONS

# The program takes every variable with this prefix for a setting; this one is not meant for it.
_FILE = os.environ.pop("DIGIGRAPH_EARL", "")

_EARL = "http://www.w3.org/ns/earl#"
_DOAP = "http://usefulinc.com/ns/doap#"
_DCT = "http://purl.org/dc/terms/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_PROJECT = ox.NamedNode("https://w3id.org/digigraph")

Node = ox.NamedNode | ox.BlankNode


class Report:
    """What became of each test."""

    def __init__(self) -> None:
        self._quads: list[ox.Quad] = []

    def note(self, test: str, outcome: str, words: str) -> None:
        """Note the outcome of a test: passed, failed or excused; and the reason why it is excused."""
        assertion, result = ox.BlankNode(), ox.BlankNode()
        known = REASONS[test]["outcome"] if outcome == "excused" else outcome
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self._say(assertion, _RDF + "type", ox.NamedNode(_EARL + "Assertion"))
        self._say(assertion, _EARL + "assertedBy", _PROJECT)
        self._say(assertion, _EARL + "subject", _PROJECT)
        self._say(assertion, _EARL + "test", ox.NamedNode(test))
        self._say(assertion, _EARL + "mode", ox.NamedNode(_EARL + "automatic"))
        self._say(assertion, _EARL + "result", result)
        self._say(result, _RDF + "type", ox.NamedNode(_EARL + "TestResult"))
        self._say(result, _EARL + "outcome", ox.NamedNode(_EARL + known))
        self._say(result, _DCT + "date", ox.Literal(now, datatype=ox.NamedNode(_XSD + "dateTime")))
        if words:
            self._say(result, _DCT + "description", ox.Literal(words, language="en"))

    def write(self) -> None:
        """Write the file, if one was named and a test of the suites has run."""
        if not _FILE or not self._quads:
            return
        release = ox.BlankNode()
        self._say(_PROJECT, _RDF + "type", ox.NamedNode(_DOAP + "Project"))
        self._say(_PROJECT, _RDF + "type", ox.NamedNode(_EARL + "TestSubject"))
        self._say(_PROJECT, _DOAP + "name", ox.Literal("digigraph"))
        self._say(_PROJECT, _DOAP + "release", release)
        self._say(release, _DOAP + "revision", ox.Literal(metadata.version("digigraph")))
        prefixes = {"earl": _EARL, "doap": _DOAP, "dct": _DCT, "xsd": _XSD}
        ox.serialize(self._quads, Path(_FILE), ox.RdfFormat.TURTLE, prefixes=prefixes)

    def _say(self, subject: Node, predicate: str, value: Node | ox.Literal) -> None:
        self._quads.append(ox.Quad(subject, ox.NamedNode(predicate), value))
