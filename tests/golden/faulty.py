"""One project, and files beside it, with every kind of finding."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

from projects import Project, made_project

from digigraph.validation.engine.bounds import Bounds

if TYPE_CHECKING:
    from pathlib import Path

PREFIXES = """\
@prefix id: <https://example.org/graph/id/> .
@prefix dg: <https://w3id.org/digigraph/ns#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""

FACTS = """\
  - quote: nobody says this of Nordic Health Data
    says: [{subject: nhd, host: kth}]
  - quote: KTH takes part.
    says: [{subject: nhd, member: kth}]
  - quote: KTH takes part.
    occurrence: 3
    says: [{subject: nhd, member: kth}]
  - quote: KTH takes part.
    after: KTH
    says: [{subject: nhd, member: kth}]
  - quote: (huvudman KTH)
    sags: []
  - quote: (huvudman KTH)
    lang: svenska
    says: [{subject: nhd, host: kth}]
  - quote: (huvudman KTH)
    accepted: false
    accepted: true
    says: [{subject: nhd, host: kth}]
  - says: [{subject: nhd, host: kth}]
  - quote: Ada Berg leads Nordic Health Data
    says:
      - {host: kth}
      - {subject: nhd, hots: kth}
      - {subject: nhd, host: kht}
      - {subject: NHD, host: kth}
      - {subject: nhd, partnerCount: eighteen}
      - {subject: nhd, startDate: soon}
      - {subject: nhd, status: complete}
      - {subject: nhd, partnerCount: 18, member: [ki, ki]}
      - {subject: nhd, partnerCount: 19}
      - {subject: nhd, funding: {amount: many crowns}}
      - {subject: nhd, url: nhd.example}
      - {subject: nhd, url: "https://nhd.example/a b"}
      - {subject: nhd, identifier: {scheme: wikidata, value: wiki/Q42}}
  - quote: started in May 2021
    says: []
  - quote: Ada Berg leads
    says: [{subject: nhd, member: ada-berg}]
  - quote: It has 1
    says: [{subject: nhd, member: vinnova}]
  - quote: has 18 partners
    asOf: 2021-06
    lang: se
    says: [{subject: nhd, endDate: 2021-12, status: completed}]
  - quote: KTH takes part.
    occurrence: 1
    implied: As in report #1 of the project
    says: [{subject: nhd, member: kth}]
"""


def faulty_project(folder: Path) -> Project:
    """Make the project."""
    project = made_project(folder)
    project.facts(FACTS)
    project.document("unknown-language", "A text.", "", language="sv SE")
    project.document("no-type", "A text.", "", type="Nonsense")
    project.document("undated", "A text.", "", asOf="unknown")
    project.document("edited", "A text.", "", sha256=hashlib.sha256(b"another text").hexdigest())
    project.write("data/documents/lonely.yaml", "document: {}\n")
    project.write("data/things/strange.yaml", "x: {type: Nonsense}\n")
    project.write("data/things/twice.yaml", "x: {name: {en: X}}\n")
    project.write("data/things/gone.yaml", "gone: {type: Person, name: {en: Gone Person}}\n")
    project.write(
        "data/redactions.yaml",
        "- {iri: kth, reason: rights}\n- {iri: id/gone, reason: privacy}\n"
        "- {iri: ev/nhd-page_00000000_104-137, reason: rights}\n",
    )
    project.write("data/things/tagged.yaml", "x: !!python/object {}\n")
    project.write("data/things/latin.yaml", "x: {name: Åsa}\n".encode("latin-1"))
    project.write("data/broken.ttl", f"{PREFIXES}id:nhd dg:host id:kth\nid:ki a dg:Organization .\n")
    project.write("data/circle.ttl", f"{PREFIXES}_:a schema:about _:b . _:b schema:about _:a .\n")
    project.write("data/elsewhere.trig", f"{PREFIXES}id:g {{ id:nhd dg:host id:kth }}\n")
    project.write("data/remote.jsonld", '{"@context": "https://example.org/c", "name": "X"}\n')
    project.write("data/deep.jsonld", '{"https://schema.org/about":' * 300 + "1" + "}" * 300)
    project.write("data/large.nt", "#" * 20_000_001)
    project.write("data/terms.ttl", f'{PREFIXES}<http://e.x/a> schema:nam "X" .\n')
    project.write("data/types.ttl", f'{PREFIXES}id:ki schema:size "1"^^<http://www.w3.org/2001/XMLSchema#byte> .\n')
    project.write(
        "data/evidence.ttl",
        f"{PREFIXES}@prefix prov: <http://www.w3.org/ns/prov#> .\n"
        "<https://example.org/graph/ev/nhd-page_00000000_0-6> a dg:Evidence ; dg:quote 'KTH is great'@en ;\n"
        "  prov:wasQuotedFrom <https://example.org/graph/doc/nhd-page_00000000> .\n",
    )
    project.write(
        "ontology/more.ttl",
        f"{PREFIXES}@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "id:nhd dg:host id:ki .\n<https://example.org/terms#sponsor> a owl:ObjectProperty .\n",
    )
    _write_queries(project)
    _write_shapes(project)
    return project


def _write_queries(project: Project) -> None:
    prefixes = PREFIXES.replace("@prefix", "PREFIX").replace(" .\n", "\n")
    project.write(
        "queries/hosts.rq",
        f"#! title@en: Who hosts what?\n#! titel@sv: Vem är huvudman för vad?\n#! rows: 200\n{prefixes}"
        "SELECT ?project ?host { ?project dg:host ?host OPTIONAL { ?project schema:location ?place ; dg:hosts ?x } }\n",
    )
    project.write("queries/open.rq", prefixes + "SELECT * { ?project dg:host ?host\n")
    project.write("queries/Odd name.rq", "ASK {}\n")
    project.write("queries/hosts.sparql", "ASK {}\n")
    project.write("queries/elsewhere.rq", "# Asks others.\nSELECT * { SERVICE <https://e.example/> { ?s ?p ?o } }\n")


def _write_shapes(project: Project) -> None:
    # Those of the repository change with its data; what is expected here must not.
    shutil.rmtree(project.folder / "shapes")
    project.write(
        "shapes/good.ttl",
        f"{PREFIXES}@prefix shapes: <https://example.org/shapes#> .\n"
        "shapes:host a sh:PropertyShape ; sh:targetSubjectsOf dg:host ; sh:path dg:host ; sh:maxCount 1 ;\n"
        '  sh:message "Keep one host."@en , "Behåll en huvudman."@sv .\n'
        "shapes:member a sh:PropertyShape ; sh:targetSubjectsOf schema:member ; sh:path schema:member ;\n"
        '  sh:class dg:Organization ; sh:message "Members are organisations."@en .\n'
        "shapes:basis a sh:NodeShape ; sh:targetClass dg:Evidence ; sh:severity sh:Info ;\n"
        "  sh:property [ sh:path dg:basis ; sh:minCount 1 ] .\n"
        "shapes:not-itself a sh:NodeShape ; sh:targetNode dg:Project ; sh:severity sh:Warning ;\n"
        '  sh:message "Name another thing."@en , "Ange en annan sak."@sv ;\n'
        '  sh:sparql [ sh:select "SELECT $this ?path ?value WHERE { ?value ?path ?value }" ] .\n'
        "shapes:event a sh:NodeShape ; sh:targetClass schema:Event ; sh:property shapes:host .\n",
    )
    project.write(
        "shapes/faulty.ttl",
        f"{PREFIXES}@prefix shapes: <https://example.org/shapes#> .\n"
        "shapes:broken a sh:NodeShape ; sh:targetNode id:nhd ;\n"
        '  sh:property [ sh:path schema:name ; sh:pattern "(((" ] .\n'
        "shapes:script a sh:NodeShape ; sh:targetNode id:nhd ; sh:js [ a sh:JSConstraint ] .\n"
        "shapes:remote a sh:NodeShape ; sh:targetNode id:nhd ;\n"
        '  sh:sparql [ sh:select "SELECT $this { SERVICE <http://e.x/> { } }" ] .\n'
        "shapes:circle a sh:NodeShape ; sh:targetNode id:ada-berg ;\n"
        "  sh:property [ sh:path schema:knows ; sh:node shapes:circle ] .\n",
    )
    project.write("data/knows.ttl", f"{PREFIXES}id:ada-berg schema:knows id:ada-berg .\n")


def faulty_files(folder: Path) -> None:
    """Make files of anybody beside each other: what only they can have, and many results of one shape."""
    people = "".join(f'e:p{number} a e:Person ; e:name "Person {number}"@en .\n' for number in range(15))
    files = {
        "data/people.ttl": f"@prefix e: <http://e.x/> .\n{people}",
        "data/odd.ttl": "\ufeff@prefix e: <http://e.x/> .\r\n"
        'e:odd a e:Person ; e:name "\U0001f600 é, % ::error"@sv ;\te:age "old" ;\r\n'
        "  e:knows [ a e:Person ;\r\n    e:age 01 ] .\r\n",
        "data/twin.ttl": '@prefix e: <http://e.x/> .\ne:odd e:age "old" .\n',
        "data/tree.jsonld": '{"@context": {"@vocab": "http://e.x/"}, "@type": "Person",\n'
        '  "name": "Tree", "age": "young"}\n',
        "data/tree.rdf": '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.x/">\n'
        "  <e:Person>\n    <e:name>Tree</e:name>\n    <e:age>tall</e:age>\n  </e:Person>\n</r:RDF>\n",
        "data/bomb.rdf": '<!DOCTYPE r [<!ENTITY a "aaaaaaaa">]>\n<r>&a;</r>\n',
        "shapes.ttl": "@prefix e: <http://e.x/> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "e:PersonShape a sh:NodeShape ; sh:targetClass e:Person ;\n"
        "  sh:property e:NameShape , [ sh:path e:age ; sh:datatype xsd:integer ; sh:severity sh:Info ] ,\n"
        "    [ sh:path e:mail ; sh:minCount 1 ; sh:severity sh:Warning ] ,\n"
        "    [ sh:path ( e:knows e:age ) ; sh:minInclusive 18 ] .\n"
        'e:NameShape a sh:PropertyShape ; sh:path e:name ; sh:datatype xsd:string ; sh:message "No language."@en .\n',
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    (folder / "data/link.ttl").symlink_to("/dev/null")


SHORT = Bounds(seconds=3)
"""Within which a shape is checked that never ends."""


def unreadable_file(folder: Path) -> None:
    """Make ``circle.ttl``, a link to itself."""
    (folder / "circle.ttl").symlink_to("circle.ttl")


def endless_files(folder: Path) -> None:
    """Make ``endless.ttl`` and a shape of it, ``endless-shape.ttl``, whose check never ends."""
    (folder / "endless.ttl").write_text(f"<http://e.x/endless> <http://e.x/q> '{'a' * 60}!' .\n", encoding="utf-8")
    (folder / "endless-shape.ttl").write_text(
        "@prefix e: <http://e.x/> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "e:EndlessShape a sh:NodeShape ; sh:targetNode e:endless ;\n"
        '  sh:property [ sh:path e:q ; sh:pattern "^(a+)+$" ] .\n',
        encoding="utf-8",
    )
