"""Compares ``digigraph validate`` with pySHACL on the same data: ``python tests/bench/validation.py`` prints a table.

Two graphs: that of this repository, and one of 6,519 real grants from a folder of data sets (``DIGIGRAPH_DATASETS``,
``../shared/datasets`` where it does not say), as Turtle, JSON-LD and RDF/XML. Both run as commands in processes of
their own, in turn; the figures are medians of processor time, as ratios to pySHACL's. pySHACL is given one N-Triples
file, which it reads fastest; digigraph reads the files as a curator keeps them, with the place of every triple, and
checks more than shapes.
"""

from __future__ import annotations

import compileall
import csv
import functools
import gzip
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).parent.parent.parent
DATASETS = Path(os.environ.get("DIGIGRAPH_DATASETS", REPOSITORY / "../shared/datasets"))
RUNS = int(os.environ.get("DIGIGRAPH_BENCH_RUNS", "5"))
FILES = 300
NS = "https://example.org/grants/"
SCHEMA = "https://schema.org/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("DIGIGRAPH_", "PYTHONDONTWRITEBYTECODE"))
}
GRANTS = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD, "rdf": ox.RdfFormat.RDF_XML}
"""The formats in which the grants are written, by the extension of their files."""

SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix e: <https://example.org/grants/> .
e:GrantShape a sh:NodeShape ; sh:targetClass schema:Grant ;
  sh:property [ sh:path schema:identifier ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:string ] ,
    [ sh:path schema:name ; sh:minCount 1 ; sh:uniqueLang true ; sh:or ( [ sh:languageIn ( "sv" "en" ) ] ) ] ,
    [ sh:path schema:startDate ; sh:maxCount 1 ; sh:datatype xsd:date ] ,
    [ sh:path schema:endDate ; sh:maxCount 1 ; sh:datatype xsd:date ] ,
    [ sh:path schema:startDate ; sh:lessThanOrEquals schema:endDate ] ,
    [ sh:path schema:amount ; sh:minCount 1 ; sh:datatype xsd:integer ; sh:minInclusive 0 ] ,
    [ sh:path schema:funder ; sh:minCount 1 ; sh:class schema:Organization ] ,
    [ sh:path schema:sponsor ; sh:class schema:Organization ] .
e:OrganizationShape a sh:NodeShape ; sh:targetClass schema:Organization ;
  sh:property [ sh:path schema:name ; sh:minCount 1 ; sh:uniqueLang true ] .
e:PersonShape a sh:NodeShape ; sh:targetClass schema:Person ;
  sh:property [ sh:path schema:name ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path schema:identifier ; sh:pattern "^https://orcid[.]org/[0-9]{4}(-[0-9]{3}[0-9X]){3}$" ] .
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One graph and the commands that check it.

    Parameters
    ----------
    name
        In the table.
    ours, theirs
        Commands of digigraph and pySHACL.
    edits
        Change one file, each time otherwise: its content, or its layout alone.
    """

    name: str
    ours: list[str]
    theirs: list[str]
    edits: dict[str, Callable[[int], None]]


@dataclass(slots=True)
class Seconds:
    """Processor seconds, by what was done: what else the machine does counts for less than in seconds of a clock."""

    of: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def run(self, name: str, command: list[str], folder: Path, cache: Path) -> None:
        """Run a command that may find something, and keep its time."""
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(cache)}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.of[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        # Both end with 1 where something was found; so does Python where a program is broken.
        if ran.returncode not in {0, 1} or b"Traceback" in ran.stderr:
            raise RuntimeError(ran.stderr.decode())

    def ratio(self, name: str) -> float:
        """Return the median as a part of pySHACL's."""
        return statistics.median(self.of[name]) / statistics.median(self.of["pyshacl"])


def measure(case: Case, folder: Path) -> Seconds:
    """Run everything in turn, so that what else the machine does falls upon all."""
    seconds = Seconds()
    for turn in range(RUNS):
        cache = folder / f"cache-{turn}"
        seconds.run("pyshacl", case.theirs, folder, cache)
        seconds.run("cold", case.ours, folder, cache)
        seconds.run("warm", case.ours, folder, cache)
        for name, edit in case.edits.items():
            edit(turn)
            seconds.run(name, case.ours, folder, cache)
    return seconds


def pyshacl(data: str, shapes: str) -> list[str]:
    """Return the command of pySHACL, with the same settings as ours."""
    return [sys.executable, "-m", "pyshacl", "-s", shapes, "-i", "none", "-df", "nt", data]


def repository_case(folder: Path) -> Case:
    """Copy the graph project of this repository; pySHACL is given its default graph and its shapes."""
    for name in ("data", "ontology", "shapes", "queries"):
        shutil.copytree(REPOSITORY / name, folder / name)
    shutil.copy(REPOSITORY / "digigraph.toml", folder)
    built = subprocess.run(
        [sys.executable, "-m", "digigraph", "build"], cwd=folder, env=ENVIRONMENT, capture_output=True, check=True
    ).stdout
    triples = [each.triple for each in ox.parse(built, format=ox.RdfFormat.N_QUADS) if _in_default_graph(each)]
    (folder / "all.nt").write_bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    shapes = [each for path in sorted((folder / "shapes").glob("*.ttl")) for each in ox.parse(path=path)]
    shapes_file = folder / "all-shapes.ttl"
    shapes_file.write_bytes(ox.serialize([each.triple for each in shapes], format=ox.RdfFormat.TURTLE) or b"")
    things = min((folder / "data/things").glob("*.yaml"))
    text = things.read_text(encoding="utf-8")

    def content(turn: int) -> None:
        things.write_text(
            f"{text}\nbench-{turn}:\n  type: Organization\n  name: {{en: Bench {turn}}}\n", encoding="utf-8"
        )

    def layout(turn: int) -> None:
        things.write_text(f"# {turn}\n{text}", encoding="utf-8")

    return Case(
        f"this repository's graph, {len(triples):,} triples",
        [sys.executable, "-m", "digigraph", "validate"],
        pyshacl("all.nt", "all-shapes.ttl"),
        {"a fact more": content, "another layout": layout},
    )


def _in_default_graph(quad: ox.Quad) -> bool:
    return isinstance(quad.graph_name, ox.DefaultGraph)


def grants_case(folder: Path, extension: str) -> Case:
    """Write the grants as files of about twenty each."""

    def written(triples: list[ox.Triple]) -> str:
        return (ox.serialize(triples, format=GRANTS[extension], prefixes={"schema": SCHEMA}) or b"").decode()

    with gzip.open(DATASETS / "swecris-kth/fundings.csv.gz", "rt", encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    (folder / "data").mkdir()
    files = [list(dict.fromkeys(each for row in rows[n::FILES] for each in grant(row))) for n in range(FILES)]
    for number, triples in enumerate(files):
        (folder / "data" / f"{number:03}.{extension}").write_text(written(triples), encoding="utf-8")
    every = list(dict.fromkeys(each for triples in files for each in triples))
    (folder / "all.nt").write_bytes(ox.serialize(every, format=ox.RdfFormat.N_TRIPLES) or b"")
    (folder / "shapes.ttl").write_text(SHAPES, encoding="utf-8")
    edited = folder / f"data/150.{extension}"
    text = written(files[150])
    # Nothing stands before the declaration of XML.
    start = text.index("\n") if extension == "rdf" else 0

    def content(turn: int) -> None:
        more = ox.Triple(ox.NamedNode(f"{NS}more"), ox.NamedNode(f"{SCHEMA}name"), ox.Literal(f"More {turn}"))
        edited.write_text(written([*files[150], more]), encoding="utf-8")

    def layout(turn: int) -> None:
        edited.write_text(text[:start] + "\n" * (turn + 1) + text[start:], encoding="utf-8")

    return Case(
        f"{len(rows):,} grants in {FILES} files ({GRANTS[extension].name}), {len(every):,} triples",
        [sys.executable, "-m", "digigraph", "validate", "data", "--shapes", "shapes.ttl"],
        pyshacl("all.nt", "shapes.ttl"),
        {"a fact more": content, "another layout": layout},
    )


def grant(row: dict[str, str]) -> Iterator[ox.Triple]:
    """Yield what a record says of a grant, its organisations and its people."""
    node = ox.NamedNode(f"{NS}{row['projectId'].replace(' ', '')}")
    yield from said(node, "Grant", identifier=ox.Literal(row["projectId"]))
    for language in ("Sv", "En"):
        if title := row[f"projectTitle{language}"]:
            yield from said(node, name=ox.Literal(title, language=language.lower()))
    for name, column, datatype in (
        ("startDate", "projectStartDate", "date"),
        ("endDate", "projectEndDate", "date"),
        ("amount", "fundingsSek", "integer"),
    ):
        if row[column]:
            yield from said(node, **{name: ox.Literal(row[column], datatype=ox.NamedNode(XSD + datatype))})
    for role, prefix in (("funder", "funding"), ("sponsor", "coordinating")):
        organization = ox.NamedNode(f"{NS}organization-{row[f'{prefix}OrganisationId'].replace(' ', '')}")
        yield from said(node, **{role: organization})
        name_sv = ox.Literal(row[f"{prefix}OrganisationNameSv"], language="sv")
        yield from said(organization, "Organization", name=name_sv)
    yield from people(node, row["involvedPeople"])


def people(grant: ox.NamedNode, text: str) -> Iterator[ox.Triple]:
    """Yield who takes part in a grant; who has no number is nobody that another record could speak of."""
    for each in text.split("¤¤¤")[1:]:
        number, name, orcid, *_ = each.split("¤")
        someone = ox.NamedNode(f"{NS}person-{number}") if number else ox.BlankNode()
        yield from said(grant, contributor=someone)
        yield from said(someone, "Person", name=ox.Literal(name))
        if orcid:
            yield from said(someone, identifier=ox.Literal(f"https://orcid.org/{orcid}"))


def said(
    subject: ox.NamedNode | ox.BlankNode, kind: str = "", **values: ox.NamedNode | ox.BlankNode | ox.Literal
) -> Iterator[ox.Triple]:
    """Yield the type of a subject, if it is given, and its values by the names of schema.org."""
    if kind:
        yield ox.Triple(subject, ox.NamedNode(f"{RDF}type"), ox.NamedNode(SCHEMA + kind))
    for name, value in values.items():
        yield ox.Triple(subject, ox.NamedNode(SCHEMA + name), value)


def main() -> None:
    """Measure both graphs and print the table."""
    # What is installed is compiled, as pySHACL is here.
    compileall.compile_dir(REPOSITORY / "src", quiet=1)
    columns = ["cold", "warm", "a fact more", "another layout"]
    sys.stdout.write(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"pySHACL {version('pyshacl')}, medians of {RUNS}\n\n"
        f"| graph | pySHACL | {' | '.join(columns)} |\n| --- {'| --- ' * (len(columns) + 1)}|\n"
    )
    cases: list[Callable[[Path], Case]] = [repository_case]
    cases += [functools.partial(grants_case, extension=each) for each in GRANTS]
    for make in cases:
        with tempfile.TemporaryDirectory() as name:
            case = make(Path(name))
            seconds = measure(case, Path(name))
        ratios = " | ".join(f"{seconds.ratio(each):.2f}" for each in columns)
        sys.stdout.write(f"| {case.name} | 1 ({statistics.median(seconds.of['pyshacl']):.1f} s) | {ratios} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
