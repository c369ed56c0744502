"""What a file says without a mistake of form, and cannot mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from projects import FACTS, TEXT

from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

SAYS = "    says: [{subject: nhd, host: kth}]\n"


def findings(project: Project) -> list[Finding]:
    return list(read_project(project.settings).findings)


@pytest.mark.parametrize("word", ["no", "true", "False"])
@pytest.mark.parametrize("key", ["implied", "accepted: false\n    reason"])
def test_an_answer_is_no_reason(shapeless: Project, key: str, word: str) -> None:
    """It would be published as the reason: somebody who writes implied: no does not mean that."""
    shapeless.facts(f"  - quote: (huvudman KTH)\n    {key}: {word}\n{SAYS}")
    (found,) = findings(shapeless)
    name = key.rpartition(" ")[2]
    assert (found.rule, found.message) == ("value", f"{name} takes a reason, not {word!r}.")
    assert (found.hint or "").startswith("Write in a sentence why ")


def test_a_document_is_published_before_it_is_changed(shapeless: Project) -> None:
    """It is told at the change; dates that may be in order are."""
    shapeless.document("nhd-page", TEXT, FACTS, datePublished="2022-05", dateModified="2022-04-30")
    (found,) = findings(shapeless)
    assert (found.rule, found.location.line) == ("date", 10)
    shapeless.document("nhd-page", TEXT, FACTS, datePublished="2022-05", dateModified="2022")
    assert findings(shapeless) == []


@pytest.mark.parametrize("name", ["press.docx", "press.PDF"])
def test_a_text_in_another_format_is_not_read(shapeless: Project, name: str) -> None:
    """Where nothing describes it; beside a text it is where the text comes from."""
    shapeless.write(f"data/documents/{name}", b"")
    (found,) = findings(shapeless)
    assert (found.rule, found.location.path) == ("not-read", f"data/documents/{name}")
    assert found.hint == "Save its text as data/documents/press.txt or .html, and write data/documents/press.yaml."
    (shapeless.folder / "data/documents" / name).rename(shapeless.folder / "data/documents/nhd-page.docx")
    assert findings(shapeless) == []


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("swe", "Write sv."),
        ("eng", "Write en."),
        ("ger-AT", "Write de-at."),
        ("en-UK", "Write en-gb."),
        ("dk", "Write da."),
        ("xx", "Write sv for Swedish, en for English, or the code of another language."),
    ],
)
@pytest.mark.parametrize("place", ["document", "fact", "text"])
def test_a_code_of_no_language_is_told(shapeless: Project, place: str, written: str, hint: str) -> None:
    """Of the document, of a quote and of a text: published, nobody who asks for Swedish would find it."""
    lang, said = f"\n    lang: {written}" if place == "fact" else "", f"{{{written}: A}}"
    said = said if place == "text" else "A"
    facts = f"  - quote: (huvudman KTH){lang}\n    says: [{{subject: nhd, name: {said}}}]\n"
    shapeless.document("nhd-page", TEXT, facts, language=written if place == "document" else "en")
    assert [(each.rule, each.hint) for each in findings(shapeless)] == [("language", hint)]


@pytest.mark.parametrize("tag", ["sv", "sv-FI", "en-GB", "no", "nb", "fit", "smj", "zh-Hans-CN", "de-x-uk"])
def test_a_code_of_a_language_is_taken(shapeless: Project, tag: str) -> None:
    """Of two letters or, where there are none, of three; with a country, a script or words of one's own."""
    shapeless.facts(f"  - quote: (huvudman KTH)\n    lang: {tag}\n{SAYS}")
    assert findings(shapeless) == []


def test_northern_sami_is_easily_meant_for_swedish(shapeless: Project) -> None:
    """It is asked about, and published all the same; not where Swedish stands beside it."""
    shapeless.document("nhd-page", TEXT, FACTS, language="se")
    (found,) = findings(shapeless)
    assert (found.rule, found.severity.label, found.location.line) == ("language-meant", "warning", 4)
    shapeless.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, name: {sv: A, se: B}}]\n")
    assert findings(shapeless) == []


@pytest.mark.parametrize(
    ("says", "rule", "column"),
    [
        ("[{subject: nhd}]", "fact", 12),
        ("[{subject: nhd}, {subject: nhd, host: kth}]", "fact", 12),
        ("", "fact", 10),
        ("[{subject: nhd, host: kth, member: []}]", "value", 46),
        ("[{subject: nhd, host: kth, funding: []}]", "value", 47),
        ("[{subject: nhd, host: kth, type: []}]", "value", 44),
        ("[{subject: nhd, host: kth, name: {}}]", "value", 44),
        ("[{subject: nhd, host: kth, name: {sv: []}}]", "value", 49),
    ],
)
def test_an_entry_that_says_nothing_is_told(shapeless: Project, says: str, rule: str, column: int) -> None:
    """Where nothing stands: somebody has begun to write something, and believes that it counts."""
    shapeless.facts(f"  - quote: (huvudman KTH)\n    says: {says}\n")
    (found,) = findings(shapeless)
    assert (found.rule, found.location.line, found.location.column) == (rule, 11, column)
    assert found.hint is not None
    assert found.hint.startswith("Write ")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("data/documents/nhd-page.yaml", "Write document: and facts:, or take the file away."),
        ("data/things/soon.yaml", "Write what it is to say, or take the file away."),
    ],
)
def test_an_empty_file_is_to_be_written_or_taken_away(shapeless: Project, path: str, hint: str) -> None:
    """Also one that has only comments."""
    shapeless.write(path, "# to be written\n")
    (found,) = findings(shapeless)
    assert (found.rule, found.location.path) == ("yaml", path)
    assert (found.hint or "").startswith(hint)


@pytest.mark.parametrize(
    ("scheme", "value", "hint"),
    [
        ("rorr", "https://ror.org/026vcq606", "Write ror, as whose identifier the value is written."),
        ("orchid", "0000-0002-1825-0097", "Write orcid, as whose identifier the value is written."),
        ("wiki", "Q854280", "Write wikidata, as whose identifier the value is written."),
    ],
)
def test_a_misspelt_scheme_is_told(shapeless: Project, scheme: str, value: str, hint: str) -> None:
    """The thing would not be linked to its IRI, in silence."""
    identifier = f'{{scheme: {scheme}, value: "{value}"}}'
    shapeless.write("data/things/more.yaml", f"x: {{type: Organization, name: {{en: X}}, identifier: {identifier}}}\n")
    (found,) = findings(shapeless)
    assert (found.rule, found.hint) == ("identifier", hint)


@pytest.mark.parametrize(
    ("scheme", "value"),
    [("grid", "grid.5037.1"), ("isni", "0000 0001 2158 1746"), ("doid", "DOID:4"), ("rorr", "17"), ("own", "Q42")],
)
def test_schemes_of_other_registers_are_free(shapeless: Project, scheme: str, value: str) -> None:
    """However like a known one they are named, or however like one of its identifiers theirs are."""
    identifier = f'{{scheme: {scheme}, value: "{value}"}}'
    shapeless.write("data/things/more.yaml", f"x: {{type: Organization, name: {{en: X}}, identifier: {identifier}}}\n")
    assert findings(shapeless) == []


def test_a_text_is_filed_once(shapeless: Project) -> None:
    """The second is told, with the name of the first, also where another mistake keeps it from being used."""
    shapeless.document("press", TEXT, FACTS, type="Nonsense")
    found = next(each for each in findings(shapeless) if each.rule == "duplicate-text")
    assert (found.severity.label, str(found.location)) == ("warning", "data/documents/press.yaml:8:11")
    assert found.message == "data/documents/press.txt is the same text as data/documents/nhd-page.txt."
    shapeless.document("press", f"{TEXT}\n", FACTS)
    assert findings(shapeless) == []


@pytest.mark.parametrize("word", ["no", "None"])
def test_an_answer_is_no_reason_for_an_unknown_date(shapeless: Project, word: str) -> None:
    """As for a fact."""
    shapeless.document("nhd-page", TEXT, FACTS, asOf="unknown", asOfReason=word)
    (found,) = findings(shapeless)
    assert (found.rule, found.location.line) == ("value", 10)
    assert found.hint == "Write in a sentence why nobody knows of which date it is."


@pytest.mark.parametrize(
    ("written", "cut"),
    [
        ("quote: It has 18 partners # and more", "12:31-41"),
        ("quote: It has 18 partners\n    implied: As the figure #3 says", "13:28-35"),
        ("quote: It has 18 partners   #2 of all", "12:33-42"),
    ],
)
def test_words_that_yaml_takes_for_a_comment_are_told(shapeless: Project, written: str, cut: str) -> None:
    """Where the captured text goes on with them, and where they begin with a number; they would be lost in silence."""
    text = f"{TEXT}It has 18 partners # and more than that.\n"
    facts = (
        f"  - quote: (huvudman KTH)\n{SAYS}  - {written}\n    occurrence: 2\n    says: [{{subject: nhd, host: kth}}]\n"
    )
    shapeless.document("nhd-page", text, facts)
    (found,) = findings(shapeless)
    at = found.location
    assert (found.rule, found.severity.label) == ("text-cut", "warning")
    assert f"{at.line}:{at.column}-{at.end_column}" == cut
    assert (found.hint or "").startswith("Put the whole text into quotation marks: ")


@pytest.mark.parametrize(
    "quote",
    [
        "It has 18 partners # see the table",
        '"It has 18 partners" #2',
        "It has 18 partners",
        "|  #2\n      It has 18 partners\n      # more",
    ],
)
def test_comments_are_comments(shapeless: Project, quote: str) -> None:
    """What people write for each other, behind a text that is whole."""
    text = f"{TEXT}It has 20 partners # and more than that.\nIt has 18 partners # more\n"
    shapeless.document("nhd-page", text, f"  - quote: {quote}\n    occurrence: 1\n{SAYS}")
    assert [each for each in findings(shapeless) if each.rule == "text-cut"] == []


def test_names_of_things_are_not_cut(shapeless: Project) -> None:
    """In their languages, too."""
    shapeless.write("data/things/more.yaml", "x:\n  type: Project # 2\n  name:\n    sv: Plan #5\n    en: Plan # 5\n")
    (found,) = findings(shapeless)
    assert (found.rule, found.location.line, found.location.column) == ("text-cut", 4, 14)


@pytest.mark.parametrize("bullet", ["*", "•", "\u2013"])
def test_bullets_are_read_as_hyphens(shapeless: Project, bullet: str) -> None:
    """They are told once, and what stands behind them is checked; in a text they are what they are."""
    shapeless.facts(
        f"  {bullet} quote: (huvudman KTH)\n    says:\n      {bullet} subject: nhd\n        host: kht\n"
        f"      {bullet} {{subject: nhd, member: ki}}\n"
        f"  - quote: |\n      {bullet} KTH takes part.\n    occurrence: 1\n    says: [{{subject: nhd, member: kth}}]\n"
    )
    told = sorted(findings(shapeless), key=lambda each: each.location)
    assert [(each.rule, each.location.line) for each in told] == [
        ("yaml", 10),
        ("unknown-thing", 13),
        ("quote-not-found", 15),
    ]
    assert [each.line for each in told[0].also] == [12, 14]
    assert told[0].hint == "Write a hyphen and a space: - key: value."


def test_curly_quotation_marks_are_no_part_of_a_text(shapeless: Project) -> None:
    """Those around words with a colon: the words are looked for, and how to write them is said."""
    text = f"{TEXT}Its aim: it's open.\n"
    shapeless.document("nhd-page", text, f"  - quote: “Its aim: it's open”\n{SAYS}")
    (found,) = findings(shapeless)
    assert (found.rule, found.hint) == ("yaml", 'Write straight quotation marks around the words: "…".')


def test_only_kinds_of_documents_are_advised_for_one(shapeless: Project) -> None:
    """Not every class that there is."""
    shapeless.document("nhd-page", TEXT, FACTS, type="Blog")
    (found,) = findings(shapeless)
    assert found.hint == "Write one of WebPage, AboutPage, NewsArticle, Report, Dataset."
