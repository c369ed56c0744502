"""RDF/XML that is right and that the engine by itself refuses or reads otherwise: read as it stands, at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
import rdflib
import rdflib.compare

from digigraph.pipeline import check_files
from digigraph.sources.files.records import Malformed
from digigraph.sources.rdf.files import Files, Reading
from digigraph.sources.rdf.parsing import RdfFile, read_rdf

if TYPE_CHECKING:
    from pathlib import Path

BASE = "http://e.x/file"
HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.x/" {}>\n'
LANGUAGES = (
    HEAD.format("xml:lang='de'")
    + """<e:T xml:lang = '' e:title="é 🧬" rdf:about="http://e.x/x-0">
  <e:p>none</e:p> <e:p xml:lang="en">é</e:p> <e:p rdf:ID="r" e:q='xml:lang=""' xml:lang=""/>
  <!-- xml:lang="" --> <e:p rdf:parseType="Literal" xml:lang=""><b xml:lang="">in</b></e:p>
</e:T><rdf:Description rdf:about="#de"><e:p>é</e:p>
<e:p
  xml:lang=""
  >é</e:p><e:p>last</e:p></rdf:Description>
</rdf:RDF>
"""
)


def read(text: str) -> RdfFile:
    return read_rdf(text.encode(), "a.rdf", BASE, rdf_format=ox.RdfFormat.RDF_XML)


def test_a_language_that_is_taken_off_is_none() -> None:
    """As another parser reads it, whatever stands around: other languages, comments, quotation marks, XML literals."""
    for text in (LANGUAGES, LANGUAGES.replace("xml:lang='de'", "")):
        said = "".join(f"{each.quad.triple} .\n" for each in read(text).quads)
        ours = rdflib.Graph().parse(data=said, format="nt")
        theirs = rdflib.Graph().parse(data=text, format="xml", publicID=BASE)
        for graph in (ours, theirs):
            (content,) = (each for each in graph if getattr(each[2], "datatype", None) == rdflib.RDF.XMLLiteral)
            assert 'xml:lang=""' in str(content[2])
            graph.remove(content)
        assert rdflib.compare.isomorphic(ours, theirs)


def test_behind_an_empty_language_places_are_exact() -> None:
    """Each triple stands at its element, however many bytes its letters have."""
    lines = LANGUAGES.splitlines()
    for each in read(LANGUAGES).quads:
        name = each.quad.predicate.value.removeprefix("http://e.x/")
        place = each.location
        written = lines[place.line - 1][place.column - 1 :]
        assert written.startswith("<e:p" if name == "p" else "<e:")
    last = next(each for each in read(LANGUAGES).quads if each.quad.object == ox.Literal("last", language="de"))
    assert (last.location.line, last.location.column) == (8, 11)


def test_a_mistake_behind_an_empty_language_is_at_its_tag() -> None:
    """What the engine is given beside the file moves nothing."""
    with pytest.raises(Malformed) as caught:
        read(LANGUAGES.replace("<e:p>last", '<e:p rdf:ID="1 2">last'))
    assert (caught.value.finding.location.line, caught.value.finding.location.column) == (8, 11)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ('<b xmlns="http://b/">x</b>', ["{http://b/}b"]),
        ('<b xmlns:e="http://e.x/" e:q="a > b"><e:c/></b>', ["b", "{http://e.x/}c"]),
        ('<e:b xmlns:e="http://other/"/> <e:b/>', ["{http://other/}b", "{http://e.x/}b"]),
        ('<b xmlns:f="http://f/"><f:c xmlns:f="http://g/"/></b>', ["b", "{http://g/}c"]),
        ('&lt;z xmlns="1" xmlns="1"&gt;<b q="&lt;"/>', ["b"]),
    ],
)
def test_xml_literals_are_well_formed_and_mean_what_is_written(tmp_path: Path, content: str, names: list[str]) -> None:
    """A shape that asks for XML finds it, and its elements have the names that they have in the file."""
    body = f'<rdf:Description rdf:about="http://e.x/a"><e:x rdf:parseType="Literal">{content}</e:x></rdf:Description>'
    text = f"{HEAD.format('')}{body}</rdf:RDF>"
    (located,) = read(text).quads
    assert isinstance(located.quad.object, ox.Literal)
    tree = ET.fromstring(f"<all>{located.quad.object.value}</all>")  # noqa: S314 - written here
    assert [each.tag for each in tree.iter()][1:] == names
    (tmp_path / "data.rdf").write_text(text, encoding="utf-8")
    (tmp_path / "shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . [] sh:targetSubjectsOf <http://e.x/x> ; sh:property [ "
        "sh:path <http://e.x/x> ; sh:datatype <http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral> ] .",
        encoding="utf-8",
    )
    files = Files(data=[str(tmp_path / "data.rdf")], shapes=[str(tmp_path / "shapes.ttl")])
    assert check_files(files, Reading()).findings == []
