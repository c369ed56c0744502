"""What is told of a mistake says what to write instead, and every wrong part of a value is told in one run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from projects import FACTS, TEXT

from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

RANKS = "Write whose words it has: 1 the funder's, 2 the project's or organisation's own, 3 news, 4 anybody else's."
LOOK_UP = "Look it up again at orcid.org, and copy it from there: a character is wrong, or two are exchanged."


@pytest.fixture
def project(shapeless: Project) -> Project:
    """A tiny project; what its reader says has nothing to do with shapes."""
    return shapeless


def findings(project: Project) -> list[Finding]:
    return list(read_project(project.settings).findings)


def hints_about(project: Project, said: str) -> list[str | None]:
    """The hints for what a fact says of nhd."""
    project.facts(f"  - quote: (huvudman KTH)\n    says: [{{subject: nhd, {said}}}]\n")
    return [each.hint for each in findings(project)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("May 2021", "2021-05"),
        ("maj 2021", "2021-05"),
        ("13 september 2022", "2022-09-13"),
        ("2nd of May, 2021", "2021-05-02"),
        ("Sept. 3rd 2021", "2021-09-03"),
        ("in May 2021", "2021-05"),
        ("2022/9/3", "2022-09-03"),
        ("20220913", "2022-09-13"),
        ("3.9.2022", "2022-09-03"),
        ("13/9/2022", "2022-09-13"),
        ("9/13/2022", "2022-09-13"),
        ("2022-09-13T10:00:00Z", "2022-09-13"),
        ("05/02/2024", "2024-02-05 or 2024-05-02, whichever is meant"),
        ("5-2-2024", "2024-02-05 or 2024-05-02, whichever is meant"),
        ("3/3/2024", "2024-03-03"),
    ],
)
def test_a_date_in_another_form_is_told_as_it_is_written(project: Project, written: str, meant: str) -> None:
    """Names of months in both languages, strokes, points and times of day: where it is clear which day is meant."""
    assert hints_about(project, f'startDate: "{written}"') == [f"Write {meant}."]


@pytest.mark.parametrize("written", ["33/9/2022", "soon", "2019-2022", "spring 2021", "31 June 2022", "May"])
def test_no_date_is_guessed(project: Project, written: str) -> None:
    """Where nobody can tell which day is meant, the forms are shown."""
    assert hints_about(project, f"startDate: {written}") == [
        "Write 2022, 2022-09 or 2022-09-13, as far as the source says it."
    ]


def test_a_day_that_the_calendar_does_not_have_is_no_question_of_form(project: Project) -> None:
    """It is told as what it is."""
    project.facts("  - quote: started in May 2021\n    says: [{subject: nhd, startDate: 2021-02-30}]\n")
    assert [each.message for each in findings(project)] == ["'2021-02-30' is not in the calendar."]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("SEK 1 991 250", "1991250 SEK"),
        ("1 991 250 SEK", "1991250 SEK"),
        ("1,991,250 sek", "1991250 SEK"),
        ("€6 million", "6000000 EUR"),
        ("6,5 miljoner euro", "6500000 EUR"),
        ("6 MSEK", "6000000 SEK"),
        ("1.991.250,50 SEK", "1991250.50 SEK"),
    ],
)
def test_money_in_another_form_is_told_as_it_is_written(project: Project, written: str, meant: str) -> None:
    """Spaces, points, millions and the euro's sign."""
    assert hints_about(project, f'funding: {{amount: "{written}", funder: vinnova}}') == [f"Write {meant}."]


@pytest.mark.parametrize("written", ["6 miljarder euro", "1,991 SEK", "5k EUR", "SEK 1 or EUR 2", "much"])
def test_no_amount_is_guessed(project: Project, written: str) -> None:
    """Where number, currency or what it is multiplied by is not clear, the form is shown."""
    (hint,) = hints_about(project, f'funding: {{amount: "{written}", funder: vinnova}}')
    assert hint == "Write the number without spaces, then the code of the currency: 6000000 EUR."


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("partnerCount: eighteen", "Write 18."),
        ("partnerCount: arton", "Write 18."),
        ("partnerCount: about 18 partners", "Write 18."),
        ("partnerCount: 1 800", "Write 1800."),
        ("partnerCount: two thousand", "Write a whole number, such as 18."),
        ("partnerCount: 15-20", "Write a whole number, such as 18."),
        ("partnerCount: 18.5", "Write a whole number, such as 18."),
        ("duration: three years", "Write P3Y."),
        ("duration: 18 månader", "Write P18M."),
        ("duration: 3 yrs", "Write P3Y."),
        ("funding: SEK 1 991 250", "Write funding: {amount: 1991250 SEK}."),
        ("funding: lots", "Write funding: {amount: 6000000 EUR}."),
        ("figure: 15 hospitals", "Write figure: {what: patients, value: 15}."),
        ("identifier: {orcid: 0000-0002-1825-0097}", "Write {scheme: orcid, value: …}."),
        ("duration: two years and six months", "Write a duration, such as P3Y for three years or P18M for 18 months."),
        ("aim: {svenska: x}", "Write sv."),
        ("aim: {English: x}", "Write en."),
        ("aim: {klingon: x}", "Write sv for Swedish, en for English, or the code of another language."),
        ("homepage: www.nhd.example", "Write https://www.nhd.example."),
        ("homepage: nhd", "Write the whole address: https://…."),
        ('homepage: "https://nhd.example/a b"', "Write %20 for a space."),
        ("status: ongoing", "Write one of completed, planned, running."),
        ("status: Pågående", "Did you mean running (pågående)?"),
        ("huvudman: kth", "Did you mean host (huvudman)?"),
        ("startdate: 2021", "Did you mean startDate?"),
        ("hots: kth", "Did you mean host?"),
        ("type: Projekt", "Did you mean Project?"),
    ],
)
def test_a_hint_says_what_to_write(project: Project, said: str, hint: str) -> None:
    """Numbers in words, lengths of time, languages, addresses, and terms and words by what they are called."""
    assert hints_about(project, said) == [hint]


def test_a_number_with_words_is_told_where_these_belong(project: Project) -> None:
    """The qualifier of a figure has words of its own."""
    hints = hints_about(project, 'figure: {what: zebras, value: "15+", qualifier: minst}')
    assert "Write 15. Words such as “at least” belong in qualifier." in hints
    assert "Did you mean at-least (minst)?" in hints


def test_a_slug_above_what_is_said_of_it_is_told(project: Project) -> None:
    """As things files are written, facts are not; what is wrong below it is told as well."""
    project.facts("  - quote: (huvudman KTH)\n    says: {nhd: {host: kht}}\n")
    told = [(each.rule, each.location.column, each.hint) for each in findings(project)]
    assert told == [("fact", 17, "Write {subject: nhd, …}."), ("unknown-thing", 24, "Did you mean kth?")]


def test_a_name_without_a_language_is_shown_with_one(project: Project) -> None:
    """In a things file, where nothing says of which language it is."""
    project.write("data/things/more.yaml", "new:\n  type: Project\n  name: New\n")
    assert [each.hint for each in findings(project)] == [
        "Write name: {sv: New} or {en: New}, or both with what each says."
    ]


def test_the_ranks_of_sources_are_told_with_what_they_mean(project: Project) -> None:
    """Also of a number that is none of them."""
    for rank in ("high", "7"):
        project.document("other", "KTH takes part.", "", sourceRank=rank)
        assert [str(each.hint)[: len(RANKS)] for each in findings(project) if each.rule == "value"] == [RANKS]


@pytest.mark.parametrize(
    ("scheme", "written", "hint"),
    [
        ("orcid", "0000-0002-1825-0097", "Write https://orcid.org/0000-0002-1825-0097."),
        ("orcid", "0000000218250097", "Write https://orcid.org/0000-0002-1825-0097."),
        ("orcid", "http://orcid.org/0000-0002-1825-0097", "Write https://orcid.org/0000-0002-1825-0097."),
        ("orcid", "https://orcid.org/0000-0002-1825-0098", LOOK_UP),
        ("orcid", "https://orcid.org/0000-0002-1852-0097", LOOK_UP),
        ("ror", "026vcq606", "Write https://ror.org/026vcq606."),
        ("ror", "https://ror.org/026vcq607", LOOK_UP.replace("orcid", "ror")),
        ("wikidata", "https://www.wikidata.org/wiki/Q854280", "Write Q854280."),
        ("wikidata", "q854280", "Write Q854280."),
        ("doi", "doi:10.1000/182", "Write https://doi.org/10.1000/182."),
        ("crossref-funder", "10.13039/501100004270", "Write https://doi.org/10.13039/501100004270."),
        ("doi", "none", "Write the whole of https://doi.org/10.…."),
    ],
)
def test_identifiers_are_told_as_their_registers_write_them(
    project: Project, scheme: str, written: str, hint: str
) -> None:
    """Without an address, with the wrong one, and where a character that checks the others does not fit them."""
    project.facts(
        "  - quote: Ada Berg leads\n"
        f'    says: [{{subject: ada-berg, identifier: {{scheme: {scheme}, value: "{written}"}}}}]\n'
    )
    assert [(each.rule, each.hint) for each in findings(project)] == [("identifier", hint)]


def test_an_identifier_that_fits_is_taken(project: Project) -> None:
    """The example of ORCID's own documentation, one that ends in X, and a real identifier of ROR."""
    for scheme, value in (("orcid", "https://orcid.org/0000-0002-1694-233X"), ("ror", "https://ror.org/026vcq606")):
        said = f'{{subject: ada-berg, identifier: {{scheme: {scheme}, value: "{value}"}}}}'
        project.facts(f"  - quote: Ada Berg leads\n    says: [{said}]\n")
        assert findings(project) == []


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        (
            "figure: {what: hospitals, value: many, qualifier: atleast, status: done, foo: 1}",
            ["hospitals", "many", "atleast", "done", "foo"],
        ),
        ("figure: {what: Big Ones, value: {x: 1}, qualifier: [about, nearly]}", ["Big Ones", "{x: 1}", "nearly"]),
        ("figure: {value: many, qualifier: atleast}", ["{value: many", "many", "atleast"]),
        (
            "funding: {amount: much, funder: vinova, number: {x: 1}, duration: long, startDate: soon, foo: 1}",
            ["much", "vinova", "{x: 1}", "long", "soon", "foo"],
        ),
        ('identifier: {scheme: ORCID, value: "0000", foo: 1}', ["ORCID", '"0000"', "foo"]),
        ('identifier: {scheme: O R, value: "", foo: 1}', ["O R", '""', "foo"]),
        ('aim: {swedish: "", english: [x, ""]}', ["swedish", '""', "english", '""]']),
        ("member: [kht, K I, {x: 1}]", ["kht", "K I", "{x: 1}"]),
        ("type: [Projekt, Organisation]", ["Projekt", "Organisation"]),
        ("lead: kht, host: K I, funder: vinova, coordinator: []", ["kht", "K I", "vinova", "[]"]),
    ],
)
def test_every_wrong_part_of_a_value_is_told(project: Project, said: str, parts: list[str]) -> None:
    """None hides another, whatever it is of which they are parts."""
    line = f"    says: [{{subject: nhd, {said}}}]"
    project.facts(f"  - quote: (huvudman KTH)\n{line}\n")
    expected, at = [], 0
    for each in parts:
        at = line.index(each, at)
        expected.append(at + 1)
        at += 1
    assert sorted(each.location.column for each in findings(project)) == expected


def test_every_wrong_part_of_a_fact_is_told(project: Project) -> None:
    """What chooses the place of its quote, its date, its language, whether it counts and why."""
    project.facts(
        "  - quote: KTH takes part.\n    occurrence: {x: 1}\n    after: []\n    asOf: soon\n    lang: Swedish\n"
        '    implied: ""\n    accepted: nope\n    reason: ""\n    says: [{subject: K TH, host: kht}]\n'
    )
    lines = [each.location.line for each in findings(project)]
    assert sorted(lines) == [11, 12, 13, 14, 15, 16, 17, 18, 18]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("kungliga", "Did you mean kth (Kungliga Tekniska högskolan)?"),
        ("royal-institute", "Did you mean kth (KTH Royal Institute of Technology)?"),
        ("karolinska", "Did you mean ki (Karolinska Institutet)?"),
        ("Karolinska institutet", "Did you mean ki (Karolinska Institutet)?"),
        ("karolinksa", "Did you mean ki (Karolinska Institutet)?"),
        ("KTH", "Write kth."),
        ("Vinova", "Did you mean vinnova?"),
        ("Nordiska Halsodata", "Did you mean nhd (Nordiska hälsodata)?"),
        ("kthh", "Did you mean kth?"),
        ("nova", "Did you mean vinnova? Else describe it in data/things/."),
        ("nobody-at-all", "Describe it in data/things/."),
        ("Nobody at All", "Write nobody-at-all, and describe it in data/things/."),
        ("kth ki", "Write kth-ki; or, for several things, [kth, ki]."),
    ],
)
def test_things_are_known_by_their_names(project: Project, written: str, hint: str) -> None:
    """By names and words of names in both languages, marks and capitals aside; the name is said with the slug."""
    assert hints_about(project, f"member: {written}") == [hint]


def test_a_word_that_many_things_have_in_their_names_means_none_of_them(project: Project) -> None:
    """Of a university, which one it is must be said."""
    things = "".join(f"u{n}:\n  type: Organization\n  name: {{en: University of {n}}}\n" for n in "abcde")
    project.write("data/things/universities.yaml", things)
    assert hints_about(project, "member: university") == ["Describe it in data/things/."]


def test_what_is_counted_is_a_concept(project: Project) -> None:
    """It is described in the ontology, not among the things."""
    (hint,) = hints_about(project, "figure: {what: zebras, value: 3, qualifier: about}")
    assert hint == (
        "Describe it as a concept, in an RDF file of ontology/ such as ontology/concepts.ttl,"
        " with skos:prefLabel in Swedish and English."
    )


def document_with(project: Project, **about: str) -> list[tuple[str, str]]:
    """The rules and hints of what is told of a document that is described so."""
    project.document("nhd-page", TEXT, FACTS, **about)
    return [(each.rule, own_hint(each)) for each in findings(project)]


def own_hint(finding: Finding) -> str:
    """Its hint, without what is said of all that keeps a file from being read."""
    return (finding.hint or "").partition(" Correct this first")[0]


DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.mark.parametrize("written", [DIGEST.upper(), hashlib.md5(TEXT.encode()).hexdigest(), f"{DIGEST}abc", "00"])  # noqa: S324 - a wrong one
def test_a_hash_in_another_form_is_no_other_text(project: Project, written: str) -> None:
    """In capitals, of another kind or cut: the one to write is told, and nobody is sent to restore the text."""
    ((rule, hint),) = document_with(project, sha256=f'"{written}"')
    assert (rule, hint in {f"Write {DIGEST}.", f"Write that of the text: {DIGEST}."}) == ("sha256", True)


def test_a_hash_of_another_text_is_one_of_another_text(project: Project) -> None:
    """Only then the text is to be restored."""
    ((_, hint),) = document_with(project, sha256=hashlib.sha256(b"another").hexdigest())
    assert hint.startswith("Restore the text;")


@pytest.mark.parametrize(
    ("written", "named"), [("2021\u201105", "U+2011"), ("2021\u201305", "U+2013"), ("2021\u221205", "U+2212")]
)
def test_a_dash_in_a_date_is_named(project: Project, written: str, named: str) -> None:
    """It looks like the hyphen that must stand there."""
    (hint,) = hints_about(project, f"startDate: {written}")
    assert hint is not None
    assert hint.startswith(f"Write 2021-05, with plain hyphens; {named} (")


def test_kronor_are_told_with_their_code(project: Project) -> None:
    """They are those of three countries."""
    (hint,) = hints_about(project, "funding: {amount: 1991250 kr, funder: vinnova}")
    assert hint == "Write 1991250 SEK for Swedish kronor, else NOK or DKK."


def test_an_address_between_angles_is_taken_out_of_them(project: Project) -> None:
    """Those belong to Turtle, not to a facts file."""
    assert document_with(project, url="<https://nhd.example/>") == [("iri", "Take < and > away: https://nhd.example/.")]


@pytest.mark.parametrize(
    ("quote", "hint"),
    [
        ("\u201cAda Berg leads\u201d", 'Write straight quotation marks around the words: "…".'),
        ('"Ada Berg lea\u00adds"', "Remove the character U+00AD (soft hyphen) behind 'Ada Berg lea'."),
        ('"Ada \u200bBerg"', "Remove the character U+200B (zero width space) behind 'Ada '."),
        ("Not there", "Copy the words from the text as they stand there; what they mean is said below says."),
        ("Ada Bergs leads", "Nearest passage: “Ada Berg leads”."),
    ],
)
def test_a_quote_that_is_not_found_is_told_by_what_parts_it_from_the_text(
    project: Project, quote: str, hint: str
) -> None:
    """Marks, characters that nobody sees, and other words; a few letters that are alike are no passage."""
    project.facts(f"  - quote: {quote}\n    says: [{{subject: nhd, lead: ada-berg}}]\n")
    assert [each.hint for each in findings(project)] == [hint]


def test_words_before_a_quote_are_told_like_the_quote(project: Project) -> None:
    """The same marks and characters part them from the text."""
    project.facts(
        "  - quote: KTH takes part\n    after: \u201cleads Nordic\u201d\n    says: [{subject: nhd, host: kth}]\n"
    )
    assert [(each.rule, each.hint) for each in findings(project)] == [
        ("quote-after", 'Write straight quotation marks around the words: "…".')
    ]


@pytest.mark.parametrize(
    ("fact", "hint"),
    [
        (
            "quote: KTH takes\n    quote: Ada Berg",
            "Keep one of the two; another quote begins a new fact, with - before it.",
        ),
        ("quote: Ada Berg\n    lang: en\n    lang: sv", "Keep one of the two: it has one value."),
        (
            "quote: Ada Berg\n    says: [{subject: nhd, host: kth}]",
            "Put - before the quote of the second fact; entries of one fact stand below one says:.",
        ),
    ],
)
def test_a_key_that_stands_twice_is_told_by_what_it_is(project: Project, fact: str, hint: str) -> None:
    """Some have one value, below others stand entries."""
    project.facts(f"  - {fact}\n    says: [{{subject: nhd, lead: ada-berg}}]\n")
    assert [own_hint(each) for each in findings(project) if each.rule == "duplicate-key"] == [hint]


def test_facts_and_things_that_stand_twice_are_put_together(project: Project) -> None:
    """Neither is a list of values."""
    project.facts(FACTS + "facts:\n" + FACTS)
    project.write("data/things/more.yaml", "more:\n  type: Project\nmore:\n  alternateName: More\n")
    assert {own_hint(each) for each in findings(project) if each.rule == "duplicate-key"} == {
        "Put the entries of both below one facts:.",
        "Put what stands below the two below one more:.",
    }


def test_texts_beside_facts_are_named(project: Project) -> None:
    """Two where one must be, and one that is written otherwise."""
    facts = (project.folder / "data/documents/nhd-page.yaml").read_bytes()
    project.write("data/documents/nhd-page.md", TEXT)
    project.write("data/documents/note.yaml", facts)
    both = ["data/documents/nhd-page.md", "data/documents/nhd-page.txt"]
    project.write("data/documents/Note.TXT", TEXT)
    assert {own_hint(each) for each in findings(project) if each.rule == "document"} == {
        f"Keep the one that is quoted, and remove the others of {' and '.join(both)}.",
        "Rename data/documents/Note.TXT to note.txt.",
    }


def test_facts_without_a_document_are_told_how_to_begin(project: Project) -> None:
    """The description stands before them."""
    project.write("data/documents/nhd-page.yaml", f"facts:\n{FACTS}")
    hints = [own_hint(each) for each in findings(project) if each.message == "document is missing."]
    assert hints == [
        "Begin the file with document: and, indented below it, title: …, type: … and what else is known of it."
    ]


def test_facts_that_are_too_large_are_not_split(project: Project) -> None:
    """One facts file belongs to one text."""
    project.write("data/documents/nhd-page.yaml", "#" * 3_000_000)
    hints = [own_hint(each) for each in findings(project) if each.rule == "too-large"]
    assert hints == ["Capture the page in parts, each a text with its own facts."]


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("funding: {amount: 1,991,250 SEK, funder: vinnova}", "Write 1991250 SEK: no commas in a number."),
        ("funding: {funder: vinnova, amount: 1,991 SEK}", "Write 1991 SEK: no commas in a number."),
        ("figure: {what: kth, value: 1,500, qualifier: about}", "Write 1500: no commas in a number."),
        ("partnerCount: 1,250", "Write 1250: no commas in a number."),
    ],
)
def test_a_number_that_commas_part_is_one_mistake(project: Project, said: str, hint: str) -> None:
    """Within braces each comma ends a value; what stands behind it is no term that somebody misspelt."""
    assert hints_about(project, said) == [hint]
