"""The W3C's negative syntax tests through ``digigraph validate``: each is told at the line where two parsers see it."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
import w3c
from projects import SUITES

if TYPE_CHECKING:
    from pathlib import Path

SYNTAX = SUITES / "w3c-rdf11"
FORMATS = {
    ".ttl": (ox.RdfFormat.TURTLE, "turtle"),
    ".trig": (ox.RdfFormat.TRIG, "trig"),
    ".nt": (ox.RdfFormat.N_TRIPLES, "nt11"),
    ".nq": (ox.RdfFormat.N_QUADS, "nquads"),
}
SHAPES = (
    "<http://e.x/s> a <http://www.w3.org/ns/shacl#NodeShape> ; <http://www.w3.org/ns/shacl#targetNode> <http://e.x/a> ."
)
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
OF_RDFLIB = {
    # Where the string opens that does not end; rdflib names the end of the file.
    *("turtle-syntax-bad-string-03.ttl", "turtle-syntax-bad-string-04.ttl", "turtle-syntax-bad-string-05.ttl"),
    *("trig-syntax-bad-string-03.trig", "trig-syntax-bad-string-04.trig"),
    # The files end in line 2; rdflib names line 4.
    *("turtle-syntax-bad-struct-12.ttl", "turtle-syntax-bad-struct-13.ttl"),
    # The dot in brackets; rdflib names the line behind it.
    "trig-syntax-bad-number-dot-in-anon.trig",
}
"""Files of which rdflib names another line."""


def negative() -> list[Path]:
    """The files of the suites that are no RDF."""
    found = []
    for folder in sorted(SYNTAX.glob("*/")):
        manifest = ox.Store()
        manifest.load((folder / "manifest.ttl").read_bytes(), ox.RdfFormat.TURTLE, base_iri="http://e.x/")
        for each in manifest.quads_for_pattern(None, _TYPE, None):
            if "Negative" in str(each.object):
                (action,) = manifest.quads_for_pattern(each.subject, ox.NamedNode(f"{_MF}action"), None)
                found.append(folder / str(action.object).strip("<>").removeprefix("http://e.x/"))
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, tuple[int, int]]:
    """Of each file line and column of the first finding, from one run of the command over all of them."""
    files = negative()
    if not files:
        pytest.skip(w3c.MISSING)
    shapes = tmp_path_factory.mktemp("shapes") / "shapes.ttl"
    shapes.write_text(SHAPES, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "digigraph", "validate", *files, "--shapes", shapes, "--format", "json", "--no-cache"],
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (1, b"")
    findings = json.loads(ran.stdout)["findings"]
    assert {each["rule"] for each in findings} == {"rdf-syntax"}
    return {
        path: min((each["line"], each["column"]) for each in findings if each["file"] == path.as_posix())
        for path in files
    }


def test_each_negative_test_is_told_where_the_engine_sees_it(told: dict[Path, tuple[int, int]]) -> None:
    """None passes, none has no line, and no finding stands before the engine's own error."""
    assert len(told) >= 272
    for path, place in told.items():
        with pytest.raises(SyntaxError) as caught:
            list(ox.parse(path.read_bytes(), format=FORMATS[path.suffix][0], base_iri=path.as_uri()))
        assert place == (caught.value.lineno, caught.value.offset), path


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
def test_rdflib_names_the_same_lines(told: dict[Path, tuple[int, int]], caplog: pytest.LogCaptureFixture) -> None:
    """Wherever it refuses a file and names a line; the others are listed, each with what is right of the two."""
    caplog.set_level(logging.CRITICAL)
    compared, others = 0, set()
    for path, (line, _) in told.items():
        try:
            rdflib.Dataset().parse(data=path.read_bytes(), format=FORMATS[path.suffix][1], publicID=path.as_uri())
        except Exception as error:  # noqa: BLE001 - rdflib raises what it meets
            if (named := re.search(r"at line (\d+) of", str(error))) is None:
                continue
            compared += 1
            if int(named[1]) != line:
                others.add(path.name)
    assert compared >= 110
    assert others == OF_RDFLIB
