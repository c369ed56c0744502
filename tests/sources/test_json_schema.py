"""The JSON Schemas that editors use say what our reader says."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, ClassVar

import pytest
import yaml
from jsonschema import Draft7Validator
from projects import REPOSITORY, made_project

from digigraph.pipeline import editor_schemas
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from projects import Project

    from digigraph.findings import Finding

KNOWLEDGE = {"unknown-thing", "quote-not-found", "quote-ambiguous", "quote-occurrence", "quote-after", "sha256"}
"""Rules that ask what is known: a schema offers it and requires nothing."""

CORE = {
    "bool": ("true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": ("[-+]?[0-9]+", "-+0123456789"),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    "null": ("~|null|Null|NULL|", ["~", "n", "N", ""]),
}
"""The core schema of YAML 1.2 (section 10.3.2), by which editors read; octal and hexadecimal numbers left out."""


class Core(yaml.SafeLoader):
    """YAML as editors read it."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _name, (_form, _first) in CORE.items():
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_form})$"), list(_first))


@pytest.fixture
def project(shapeless: Project) -> Project:
    """A tiny project; a reader reads no shapes to know what a facts file says."""
    return shapeless


@pytest.fixture(scope="module")
def of_tiny(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Draft7Validator]:
    """The schemas of such a project, which its facts and what is taken back have no part in."""
    return schemas(made_project(tmp_path_factory.mktemp("schemas") / "project"))


def schemas(project: Project) -> dict[str, Draft7Validator]:
    return {
        path.removeprefix("schemas/").partition(".")[0]: Draft7Validator(json.loads(content))
        for path, content in editor_schemas(project.settings).items()
    }


def complaints(validator: Draft7Validator, path: Path) -> list[str]:
    return [each.message for each in validator.iter_errors(yaml.load(path.read_bytes(), Core))]  # noqa: S506 - a SafeLoader


def form_mistakes(project: Project) -> list[Finding]:
    # What a thing is may be said in another file: that it is said nowhere, a schema cannot know.
    found = (each for each in read_project(project.settings).findings if not each.message.endswith(" has no type."))
    return [each for each in found if each.rule not in KNOWLEDGE]


def test_every_file_of_this_repository_is_valid(repository: Project) -> None:
    """The schemas are schemas, and take all documents and things that we publish."""
    of = schemas(repository)
    for name, folder in (("facts", "documents"), ("things", "things")):
        Draft7Validator.check_schema(of[name].schema)
        paths = sorted((REPOSITORY / "data" / folder).glob("*.yaml"))
        assert len(paths) >= 5
        assert {path.name: complaints(of[name], path) for path in paths} == {path.name: [] for path in paths}


@pytest.mark.parametrize(
    ("entry", "is_taken"),
    [
        ("- {iri: id/kth, reason: privacy}", True),
        ("- {iri: ev/a_1a2b3c4d_1-2, reason: rights, also: [ev/a_1a2b3c4d_1-3], checked: doc/a_1a2b3c4e}", True),
        ("# nothing", True),
        ("- {iri: kth, reason: privacy}", False),
        ("- {iri: id/kth, reason: becuase}", False),
        ("- {iri: id/kth}", False),
        ("- {iri: id/kth, reason: other, words: x}", False),
    ],
)
def test_schema_and_reader_agree_on_what_is_taken_back(
    project: Project, of_tiny: dict[str, Draft7Validator], entry: str, *, is_taken: bool
) -> None:
    """An editor marks what the reader refuses, and nothing else."""
    project.write("data/redactions.yaml", f"{entry}\n")
    assert (complaints(of_tiny["redactions"], project.folder / "data/redactions.yaml") == []) == is_taken
    told = [each for each in read_project(project.settings).findings if each.location.path == "data/redactions.yaml"]
    assert (not told) == is_taken


def test_the_schemas_of_this_repository_are_up_to_date(repository: Project) -> None:
    """What lies in schemas/ is what the ontology gives, up to the things that are offered."""
    for path, content in editor_schemas(repository.settings).items():
        assert without_offers(json.loads((REPOSITORY / path).read_bytes())) == without_offers(json.loads(content)), (
            "run: digigraph schema"
        )


def without_offers(schema: object) -> object:
    if isinstance(schema, list):
        return [without_offers(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    is_offer = "errorMessage" in schema
    return {
        key: without_offers(value)
        for key, value in schema.items()
        if not (is_offer and key in {"enum", "enumDescriptions"})
    }


def test_the_schemas_are_the_same_for_the_same_sources(project: Project) -> None:
    """Making them twice gives the same bytes, and every definition that is referred to is there."""
    made = editor_schemas(project.settings)
    assert made == editor_schemas(project.settings)
    for content in made.values():
        referred = set(re.findall(r'"#/definitions/([^"]+)"', content.decode()))
        assert referred - json.loads(content)["definitions"].keys() == set()


WRITINGS = [
    "word", "some words", "Kth", "completed", "at-least", "Project", "2021", "2021-05", "2021-05-17", "2021-13",
    "2021-02-30", "20210", "18", "-3", "1.5", "true", "no", "P3Y", "P", "6000000 EUR", "6 000 000 EUR", "sv",
    "https://e.example/a", "https://e.example/a b", "e.example", '""', "~", "", "[]", "[kth, ki]", "[2021, soon]",
    "[{sv: a}]", "[[kth]]", "{}", "{sv: a, en: [b, c]}", "{sv: {en: a}}", "{swedish: a}", "{scheme: ror, value: x}",
    "{scheme: ror}", "[{scheme: a b, value: x}]", "{amount: 6 EUR, funder: vinnova, number: 17}", "{amount: much}",
    "[{amount: 6 EUR, host: kth}]", "{what: patients, value: 100, qualifier: about}", "{what: patients, value: many}",
    "{what: patients}", "{value: 1}", "{what: patients, value: 1, hots: kth}",
]  # fmt: skip


PLACES = [
    ("facts", "data/documents/nhd-page.yaml", 10, 4, "entry"),
    ("things", "data/things/things.yaml", 1, 2, "thing"),
]
"""Of each schema: the file, the line of its first entry, lines of an entry, and the definition of an entry."""


def project_entries(root: dict[str, object]) -> Iterator[object]:
    if "facts" not in root:
        yield from root.values()
        return
    assert isinstance(root["facts"], list)
    for fact in root["facts"]:
        yield from fact["says"]


def test_schema_and_reader_agree_on_every_term(project: Project, of_tiny: dict[str, Draft7Validator]) -> None:
    """Each way of writing a value, for each term, is taken by both or refused by both, of facts and of things."""
    terms = [*read_project(project.settings).context.terms, "type", "hots"]
    assert len(terms) > 80
    differing = []
    cases = [(name, each) for name in terms for each in WRITINGS]
    says = "  - quote: x\n    says:\n      - subject: nhd\n        {}: {}\n"
    project.facts("".join(says.format(*case) for case in cases))
    project.write("data/things/things.yaml", "".join(f"t-{n}:\n  {name}: {w}\n" for n, (name, w) in enumerate(cases)))
    found = form_mistakes(project)
    for kind, path, first, size, definition in PLACES:
        refused = {(each.location.line - first) // size for each in found if each.location.path == path}
        definitions = of_tiny[kind].schema["definitions"]
        form = Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": definitions})
        entries = list(project_entries(yaml.load((project.folder / path).read_bytes(), Core)))  # noqa: S506
        assert len(entries) == len(cases)
        complained = {number for number, entry in enumerate(entries) if not form.is_valid(entry)}
        differing += [(kind, *cases[number], number in refused) for number in refused ^ complained]
    assert differing == []


FORMS = {
    "": True,
    "  - quote: x\n    says: []\n": True,
    "  - {quote: x, says: {subject: nhd, host: kth}}\n": True,
    "  - {quote: x, says: [], occurrence: 2}\n": True,
    "  - {quote: x, says: [], lang: sv, asOf: 2022-09, implied: why}\n": True,
    "  - {quote: x, says: [], accepted: false, reason: why}\n": True,
    "  - {quote: x, says: [], accepted: false}\n": False,
    "  - {quote: x, says: [], accepted: perhaps}\n": False,
    "  - {quote: x, says: [], asOf: soon}\n": False,
    "  - {quote: x, says: [], lang: svenska}\n": False,
    "  - {quote: x, says: [], sags: []}\n": False,
    "  - {quote: x}\n": False,
    "  - {says: []}\n": False,
    "  - {quote: [x], says: []}\n": False,
    "  - {quote: , says: []}\n": False,
    "  - {quote: x, says: [{host: kth}]}\n": False,
    "  - {quote: x, says: words}\n": False,
    "  - words\n": False,
    "  words\n": False,
}


@pytest.mark.parametrize("facts", FORMS)
def test_schema_and_reader_agree_on_facts(project: Project, of_tiny: dict[str, Draft7Validator], facts: str) -> None:
    """A list of facts is taken by both, or refused by both."""
    project.facts(facts)
    taken = complaints(of_tiny["facts"], project.folder / "data/documents/nhd-page.yaml") == []
    assert (taken, form_mistakes(project) == []) == (FORMS[facts], FORMS[facts])


HEADS = {
    "asOf: unknown\n  asOfReason: why": True,
    "asOf: 2022": True,
    "asOf: soon": False,
    "asOf: [2022]": False,
    "language: [sv, en]": False,
    "sha256: [a]": False,
    "datePublished: 2021-02-30": False,
    "publisher: K T H": False,
    "titel: x": False,
    "type: Project": False,
    "type: [AboutPage, Report]": True,
}


@pytest.mark.parametrize("line", HEADS)
def test_schema_and_reader_agree_on_the_head(project: Project, of_tiny: dict[str, Draft7Validator], line: str) -> None:
    """A description of a document is taken by both, or refused by both."""
    path = project.folder / "data/documents/nhd-page.yaml"
    key = line.partition(":")[0]
    kept = [each for each in path.read_text("utf-8").splitlines() if not each.startswith(f"  {key}:")]
    kept.insert(1, f"  {line}")
    path.write_text("\n".join(kept), "utf-8")
    taken = complaints(of_tiny["facts"], path) == []
    assert (taken, form_mistakes(project) == []) == (HEADS[line], HEADS[line])
