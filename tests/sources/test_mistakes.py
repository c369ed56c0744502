"""Every mistake in a facts file is told with file, line and column, and what to write instead; none hides another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from projects import THINGS

from digigraph.findings import in_source_order
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

FILE = "data/documents/nhd-page.yaml"
FIRST_FACT = 10
"""Line on which the list of facts begins, below the head that the fixture writes."""


def findings(project: Project) -> list[Finding]:
    return list(read_project(project.settings).findings)


@pytest.mark.parametrize(
    ("facts", "rule", "line", "column", "says"),
    [
        ("  - quote: KTH leads it\n    says: [{subject: nhd, host: kth}]", "quote-not-found", 0, 12, "does not say"),
        ("  - quote: KTH takes part.\n    says: [{subject: nhd, member: kth}]", "quote-ambiguous", 0, 12, "2 times"),
        (
            "  - quote: KTH takes part.\n    occurrence: 3\n    says: [{subject: nhd, member: kth}]",
            "quote-occurrence",
            1,
            17,
            "There is no occurrence 3",
        ),
        (
            f"  - quote: KTH takes part.\n    occurrence: {'9' * 5000}\n    says: [{{subject: nhd, member: kth}}]",
            "quote-occurrence",
            1,
            17,
            "There is no occurrence 999",
        ),
        (
            f"  - quote: has 18 partners\n    says: [{{subject: nhd, partnerCount: {'1' * 5000}}}]",
            "value",
            1,
            41,
            "whole number",
        ),
        (
            "  - quote: has 18 partners\n    says: [{subject: nhd, partnerCount: \u0663}]",
            "value",
            1,
            41,
            "whole number",
        ),
        ("  - quote: has 18 partners\n    says: [{subject: nhd, duration: P\u0663Y}]", "value", 1, 37, "a duration"),
        (
            f"  - quote: SEK 1 991 250\n    says: [{{subject: nhd, funding: {{amount: {'1' * 5000} SEK}}}}]",
            "money",
            1,
            45,
            "amount of money",
        ),
        (
            "  - quote: SEK 1 991 250\n    says: [{subject: nhd, funding: {amount: \u0663 SEK}}]",
            "money",
            1,
            45,
            "amount of money",
        ),
        ("  - quote: (huvudman KTH)\n    says: [{subject: nhd, hots: kth}]", "unknown-term", 1, 27, "'hots'"),
        ("  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: kht}]", "unknown-thing", 1, 33, "'kht'"),
        ("  - quote: (huvudman KTH)\n    says: [{subject: NHD, host: kth}]", "slug", 1, 22, "'NHD'"),
        ("  - quote: (huvudman KTH)\n    says: [{host: kth}]", "fact", 1, 12, "subject"),
        (
            "  - quote: started in May 2021\n    says: [{subject: nhd, startDate: May 2021}]",
            "date",
            1,
            38,
            "is not a date",
        ),
        ("  - quote: started in May 2021\n    says: [{subject: nhd, startDate: 2021-13}]", "date", 1, 38, "2021-13"),
        (
            "  - quote: has 18 partners\n    says: [{subject: nhd, partnerCount: eighteen}]",
            "value",
            1,
            41,
            "whole number",
        ),
        (
            "  - quote: SEK 1 991 250\n    says: [{subject: nhd, funding: {amount: 1 991 250 SEK}}]",
            "money",
            1,
            45,
            "amount of money",
        ),
        ("  - quote: (huvudman KTH)\n    sags: [{subject: nhd, host: kth}]", "key", 1, 5, "'sags'"),
        ("  - quote: (huvudman KTH)\n    quote: has 18 partners\n    says: []", "duplicate-key", 1, 5, "twice"),
        ("  - quote: &a (huvudman KTH)\n    says: []", "yaml", 0, 12, "aliases"),
        ("  - quote: (huvudman KTH)\n    says: *a", "yaml", 1, 11, "aliases"),
        ("  - quote: !x (huvudman KTH)\n    says: []", "yaml", 0, 12, "Tags"),
        ("  - quote: (huvudman KTH)\n\tsays: []", "yaml", 1, 1, "A tab"),
    ],
)
def test_a_mistake_is_told_where_it_stands(
    project: Project, facts: str, rule: str, line: int, column: int, says: str
) -> None:
    """Rule, file, line, column and words of the finding are those of the mistake."""
    project.facts(facts + "\n")
    (found,) = findings(project)
    assert (found.rule, str(found.location)) == (rule, f"{FILE}:{FIRST_FACT + line}:{column}")
    assert says in found.message
    assert len(found.message) < 200


def test_a_rank_of_thousands_of_digits_is_a_located_finding(project: Project) -> None:
    """It is no number that anything could count with."""
    text = (project.folder / FILE).read_text(encoding="utf-8")
    project.write(FILE, text.replace("sourceRank: 2", f"sourceRank: {'2' * 5000}"))
    (found,) = findings(project)
    assert (found.rule, found.location.line) == ("value", 5)
    assert len(found.message) < 200


def test_all_mistakes_of_a_file_are_told_at_once(project: Project) -> None:
    """A quote that is not found hides neither the wrong terms of its fact nor the next fact's mistakes."""
    project.facts(
        "  - quote: nobody says this\n    says: [{subject: nhd, hots: kth}, {subject: nhd, host: kht}]\n"
        "  - quote: started in May 2021\n    says: [{subject: nhd, startDate: soon}]\n"
    )
    assert {each.rule for each in findings(project)} == {"quote-not-found", "unknown-term", "unknown-thing", "date"}


def test_near_misses_are_proposed(project: Project) -> None:
    """A wrong term, a wrong thing and a misquoted sentence name what was probably meant."""
    project.facts(
        "  - quote: Nordic Health Data begun in May 2021\n    says: [{subject: nhd, hots: kth}]\n"
        "  - quote: (huvudman KTH)\n    says: [{subject: ndh, host: kth}]\n"
    )
    hints = {each.rule: each.hint or "" for each in findings(project)}
    assert "host" in hints["unknown-term"]
    assert "nhd" in hints["unknown-thing"]
    assert "Nordic Health Data started in May 2021" in hints["quote-not-found"]


def test_occurrence_and_after_choose_among_equal_sentences(project: Project) -> None:
    """The second of two equal sentences can be quoted by number or by the words before it."""
    project.facts(
        "  - quote: KTH takes part.\n    occurrence: 2\n    says: [{subject: nhd, member: kth}]\n"
        '  - quote: KTH takes part.\n    after: "Ada Berg leads Nordic Health Data."\n'
        "    says: [{subject: nhd, member: kth}]\n"
    )
    (document,) = read_project(project.settings).documents
    first, second = (fact.span for fact in document.facts)
    assert first.start > second.start


def test_a_changed_text_is_told(project: Project) -> None:
    """A captured text that is not the one whose hash was written is told, with its hash, and so are its lost quotes."""
    project.write("data/documents/nhd-page.txt", "Something else")
    told, *quotes = sorted(findings(project), key=lambda each: each.location)
    assert (told.rule, told.location.path, told.location.line) == ("sha256", FILE, 8)
    assert [each.rule for each in quotes] == ["quote-not-found"] * 3


@pytest.mark.parametrize(
    ("said", "column", "hint"),
    [
        ("{subject: nhd, member: [kth nhd]}", 36, "Write kth-nhd; or, for several things, [kth, nhd]."),
        ("{subject: nhd, member: kth, karolinska}", 40, "Several values stand in brackets: […, karolinska]."),
    ],
)
def test_several_things_without_brackets_or_commas_are_told(
    project: Project, said: str, column: int, hint: str
) -> None:
    """Who forgets the brackets of a list, or its commas, is told how lists are written."""
    project.facts(f"  - quote: KTH takes part.\n    occurrence: 1\n    says: [{said}]\n")
    (told,) = findings(project)
    assert (told.location.column, told.hint) == (column, hint)


def test_a_quote_that_is_not_there_is_told_whatever_chooses_its_place(project: Project) -> None:
    """Which of its places is meant matters only where there is one."""
    project.facts("  - quote: Nobody says this.\n    occurrence: []\n    says: [{subject: nhd, host: kth}]\n")
    assert "quote-not-found" in {each.rule for each in findings(project)}


def test_a_hash_that_is_missing_is_told_with_its_value(project: Project) -> None:
    """Who left ``sha256`` away is given the line to write."""
    facts = (project.folder / FILE).read_text(encoding="utf-8")
    stated = next(line for line in facts.splitlines() if "sha256:" in line)
    project.write(FILE, facts.replace(stated + "\n", ""))
    (told,) = findings(project)
    assert told.rule == "document"
    assert told.hint is not None
    assert told.hint.startswith(f"Add {stated.strip()}.")


def test_a_thing_named_as_a_document_is_told(project: Project) -> None:
    """One slug for a thing and a document is told once, at the thing; shapes do not speak of what comes of it."""
    project.write("data/things/more.yaml", "nhd-page:\n  type: Project\n  name: {sv: NHD, en: NHD}\n")
    (told,) = project.check().findings
    assert (told.rule, str(told.location)) == ("duplicate-thing", "data/things/more.yaml:1:1")
    assert FILE in told.message


def test_bytes_that_are_no_utf8_are_told_with_line_and_column(project: Project) -> None:
    """Broken UTF-8 in text or facts is located, and the other files are read."""
    project.write("data/documents/nhd-page.yaml", b"document:\n  title: caf\xe9\n")
    project.write("data/things/more.yaml", b"x: {type: Nonsense}\n")
    located = {each.rule: str(each.location) for each in findings(project)}
    assert located["encoding"] == f"{FILE}:2:13"
    assert located["unknown-class"] == "data/things/more.yaml:1:11"


def test_deep_nesting_and_large_files_are_refused(project: Project) -> None:
    """A file of brackets, or of megabytes, gives one finding and costs nothing."""
    project.write("data/things/deep.yaml", "[" * 100_000)
    project.write("data/things/large.yaml", b"a: b\n" * 1_100_000)
    assert {each.location.path: each.rule for each in findings(project)} == {
        "data/things/deep.yaml": "too-deep",
        "data/things/large.yaml": "too-large",
    }


def test_an_unquoted_word_stays_what_was_written(project: Project) -> None:
    """``no``, ``2022-09`` and ``010`` are text: terms say what values are, not YAML's guesses."""
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, alternateName: [no, 010, 2022-09]}]\n")
    (document,) = read_project(project.settings).documents
    assert [each.value.value for each in document.facts[0].assertions] == ["no", "010", "2022-09"]  # type: ignore[union-attr]


SYNTAX = {
    "tab": ("  - quote: (huvudman KTH)\n\tsays: []\n", 2, 1, "spaces"),
    "tab before an entry": ("\t- quote: (huvudman KTH)\n    says: []\n", 1, 1, "spaces"),
    "unclosed quotation mark": ('  - quote: "(huvudman KTH)\n    says: []\n', 1, 12, "Close the quotation mark"),
    "unclosed bracket": ("  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: kth\n", 2, 12, "bracket"),
    "colon in a text": ("  - quote: host: KTH\n    says: []\n", 1, 16, "quotation marks"),
    "reserved character": ("  - quote: @KTH\n    says: []\n", 1, 12, "quotation marks"),
    "backslash": ('  - quote: "a\\d"\n    says: []\n', 1, 15, "backslash"),
    "indentation": ("  - quote: (huvudman KTH)\n   says: []\n", 2, 4, "Indent"),
    "no colon": ("  - quote: (huvudman KTH)\n    says\n      - {subject: nhd, host: kth}\n", 2, 5, "colon"),
    "deep nesting": ("  - quote: (huvudman KTH)\n    says: " + "[" * 50 + "]" * 50 + "\n", 2, 29, "brackets too many"),
}


@pytest.mark.parametrize("case", SYNTAX)
def test_what_is_not_yaml_hides_nothing_else(project: Project, case: str) -> None:
    """One entry that breaks YAML's rules is told where it does, with a way out; the mistakes around it are told too."""
    broken, line, column, advice = SYNTAX[case]
    before = "  - quote: nobody says this\n    says: [{subject: nhd, host: kth}]\n"
    after = "  - quote: started in May 2021\n    says: [{subject: nhd, startDate: soon}]\n"
    project.facts(before + broken + after)
    told = {each.rule: each for each in findings(project)}
    rule = "too-deep" if case == "deep nesting" else "yaml"
    assert told.keys() == {"quote-not-found", rule, "date"}
    assert str(told[rule].location) == f"{FILE}:{FIRST_FACT + 1 + line}:{column}"
    assert advice in (told[rule].hint or "")
    assert told["date"].location.line == FIRST_FACT + 3 + broken.count("\n")


def test_a_key_that_stands_twice_hides_nothing(project: Project) -> None:
    """Where both hold a list, or both a mapping, the mistakes of the second are told as those of the first."""
    text = (project.folder / FILE).read_text(encoding="utf-8")
    more = "facts:\n  - quote: nobody says this\n    says: [{subject: nhd, hots: kth}]\n"
    project.write(FILE, f"{text}\n{more}")
    assert {each.rule for each in findings(project)} == {"duplicate-key", "quote-not-found", "unknown-term"}


def test_the_second_value_of_a_key_is_read(project: Project) -> None:
    """Of words, too: each value of a key that stands twice has its mistakes told, and what is right is told of none."""
    project.facts(
        "  - quote: (huvudman KTH)\n    quote: nobody says this\n    asOf: 2021\n    asOf: soon\n"
        "    says: [{subject: nhd, host: kth, host: kht, host: kkk, lead: ada-berg, lead: ada-berg}]\n"
    )
    text = (project.folder / FILE).read_text(encoding="utf-8")
    project.write(FILE, text.replace("language: en\n", "language: en\n  language: English!\n"))
    project.write("data/things/more.yaml", "new:\n  type: Person\n  name: New\n  type: Persom\n  name: {sv: N}\n")
    assert Counter(each.rule for each in findings(project)) == {
        "duplicate-key": 8,
        "quote-not-found": 1,
        "date": 1,
        "unknown-thing": 2,
        "language": 2,
        "unknown-class": 1,
    }


def test_every_part_of_a_fact_is_checked(project: Project) -> None:
    """Seven mistakes in one fact are seven findings."""
    project.facts(
        "  - quote: nobody says this\n    qoute: x\n    lang: English!\n    asOf: soon\n    accepted: maybe\n"
        "    says: [{subject: Nhd, host: kht, figure: {value: many}}, just words]\n"
    )
    assert sorted(each.rule for each in findings(project)) == sorted(
        ["quote-not-found", "key", "language", "date", "value", "slug", "unknown-thing", "value", "value", "fact"]
    )


def test_a_broken_head_hides_no_mistake_of_a_fact(project: Project) -> None:
    """A document without title and hash still has its quotes and claims checked, and so has one without a text."""
    facts = "facts:\n  - quote: nobody says this\n    says: [{subject: nhd, hots: kth}]\n"
    project.write("data/documents/nhd-page.yaml", "document:\n  titel: A page\n  language: en\n" + facts)
    assert {each.rule for each in findings(project)} == {"document", "unknown-term", "quote-not-found"}
    project.write("data/documents/nhd-page.yaml", facts)
    assert [each.rule for each in findings(project)].count("unknown-term") == 1
    (project.folder / "data/documents/nhd-page.txt").unlink()
    assert {each.rule for each in findings(project)} == {"document", "key", "unknown-term"}


def test_broken_files_hide_no_mistake_of_others(project: Project) -> None:
    """Things in a file that is not YAML are not called unknown, and other files are checked."""
    project.write("data/things/things.yaml", THINGS.replace("en: Vinnova}", "en: Vinnova"))
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, funder: [vinnova, kht]}]\n")
    assert [each.rule for each in findings(project)] == ["yaml", "unknown-thing"]


def test_lines_are_those_of_an_editor(project: Project) -> None:
    """A byte order mark, a line separator in a text and CR LF move no place."""
    facts = '\ufeffx:\r\n  name: {en: "a\u2028b"}\r\n  tpye: Person\r\n'
    project.write("data/things/more.yaml", facts)
    (found,) = findings(project)
    assert str(found.location) == "data/things/more.yaml:3:3"


def test_bytes_that_are_no_utf8_hide_nothing(project: Project) -> None:
    """A file saved as Latin-1 is told once, and its other mistakes with their true places."""
    project.write("data/things/more.yaml", "å-ä:\n  type: Persson\n  nmae: Ö\n".encode("latin-1"))
    assert [(each.rule, each.location.line, each.location.column) for each in in_source_order(findings(project))] == [
        ("encoding", 1, 1),
        ("slug", 1, 1),
        ("unknown-class", 2, 9),
        ("unknown-term", 3, 3),
    ]


def test_a_file_in_utf_16_is_told_once(project: Project) -> None:
    """As editors of Windows save it, in either order of bytes: one finding for that, and those of its words."""
    text = "new:\n  type: Persson\n  name: {en: New}\n"
    for data in (text.encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be")):
        project.write("data/things/more.yaml", data)
        told = in_source_order(findings(project))
        assert [(each.rule, str(each.location)) for each in told] == [
            ("encoding", "data/things/more.yaml:1:1"),
            ("unknown-class", "data/things/more.yaml:2:9"),
        ]
        assert told[0].hint == "Save the file as UTF-8."


def test_characters_that_cannot_be_printed_are_told(project: Project) -> None:
    """Each control character is told once, with all its places."""
    project.write("data/things/more.yaml", 'x: {type: Person, name: {en: "a\x07b\x1bc\x07\x07"}}\n')
    assert [str(each.location).rpartition("yaml:")[2] for each in findings(project)] == ["1:32", "1:34"]
    assert "U+0007" in findings(project)[0].message
    assert [(each.line, each.column) for each in findings(project)[0].also] == [(1, 36), (1, 37)]
    project.write("data/things/more.yaml", "\0\0\0")
    assert [str(each.location).rpartition("yaml:")[2] for each in findings(project)] == ["1:1"]


def test_a_slug_with_the_prefix_of_its_iri_is_proposed_without_it(project: Project) -> None:
    """As pages and queries write things, so they may be copied."""
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: id:nhd, host: id:Kth_Stockholm}]\n")
    assert [each.hint for each in findings(project)] == [
        "Write nhd.",
        "Write kth-stockholm, and describe it in data/things/.",
    ]


def test_characters_that_escapes_make_are_told(project: Project) -> None:
    """What cannot be printed is told, too, where it is written as an escape, each with all its places in the text."""
    project.facts(
        '  - quote: (huvudman\n    says: [{subject: nhd, aim: "\\ab", name: {en: "\\x7f", sv: "\U0001f642\u00e5"}}]\n'
        '  - quote: "Nordic\\0\\x00\\a\\\\a\\u0000"\n    says: [{subject: nhd, host: kth}]\n'
    )
    told = [(each.rule, str(each.location).rpartition("yaml:")[2]) for each in findings(project)]
    assert sorted(told) == [("value", "11:33"), ("value", "11:51"), ("value", "12:19"), ("value", "12:25")]
    zeros = next(each for each in findings(project) if each.location.column == 19)
    assert [each.column for each in zeros.also] == [21, 30]


def test_a_reason_without_a_refusal_is_told(project: Project) -> None:
    """Whoever writes a reason means that the fact does not count; it would."""
    project.facts("  - quote: (huvudman KTH)\n    reason: x\n    says: [{subject: nhd, host: kth}]\n")
    (found,) = findings(project)
    assert (found.rule, str(found.location)) == ("reason", f"{FILE}:11:5")
    assert "accepted: false" in (found.hint or "")


@pytest.mark.parametrize("currency", ["XXQ", "XXX", "SKE"])
def test_a_currency_is_one_of_iso_4217(project: Project, currency: str) -> None:
    """Three letters that are none are told with the nearest; one that the euro replaced is a currency."""
    project.facts(f"  - quote: SEK 1 991 250\n    says: [{{subject: nhd, funding: {{amount: 6 {currency}}}}}]\n")
    (found,) = findings(project)
    assert (found.rule, str(found.location)) == ("money", f"{FILE}:11:45")
    assert f"{currency} is no currency" in found.message
    project.facts("  - quote: SEK 1 991 250\n    says: [{subject: nhd, funding: {amount: 6 DEM}}]\n")
    assert not findings(project)


@pytest.mark.parametrize("key", ["datePublished", "dateModified", "captured"])
def test_a_document_is_not_of_the_future(project: Project, key: str) -> None:
    """What is quoted was there before; the end of a project may lie ahead. The finding goes when the day has come."""
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, endDate: 9999, host: kth, lead: ada-berg}]\n")
    text = (project.folder / FILE).read_text(encoding="utf-8")
    checked = project.check()
    assert (checked.findings, checked.is_repeatable) == ([], True)
    project.write(FILE, text.replace("  language: en\n", f"  language: en\n  {key}: 9999-01\n"))
    checked = project.check()
    assert [(each.rule, each.message, each.location.line) for each in checked.findings if each.rule == "date"] == [
        ("date", "9999-01 has not come yet.", 5)
    ]
    assert not checked.is_repeatable


def test_a_thing_says_what_it_is(project: Project) -> None:
    """One without a type is one finding at its slug, whatever is said of it elsewhere; RDF and facts may say it."""
    project.write("data/things/more.yaml", "new:\n  name: {sv: N, en: N}\n")
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: new, lead: ada-berg}]\n")
    (found,) = project.check().findings
    assert (found.rule, str(found.location), found.message) == (
        "value",
        "data/things/more.yaml:1:1",
        "new has no type.",
    )
    project.write("data/more.ttl", "<https://example.org/graph/id/new> a <https://schema.org/Organization> .")
    assert not findings(project)
    (project.folder / "data/more.ttl").unlink()
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: new, type: Organization}]\n")
    assert not findings(project)


def test_a_text_without_facts_is_told(project: Project) -> None:
    """Whoever captured it believes that it counts; what explains the folder is no source."""
    project.write("data/documents/lonely.html", "<p>KTH</p>")
    project.write("data/documents/README.md", "Texts.")
    (found,) = findings(project)
    assert (found.rule, found.severity.label, str(found.location)) == (
        "not-read",
        "warning",
        "data/documents/lonely.html",
    )
    assert found.hint == "Write data/documents/lonely.yaml, with what the text says."


def test_characters_that_nobody_sees_are_named(project: Project) -> None:
    """In a slug, a term or a key: which one stands there, and behind what."""
    project.facts(
        "  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: kt\u200bh, ho\u00adst: kth}]\n"
        "  - \u2060quote: (huvudman KTH)\n    says: [{subject: nhd, host: kth}]\n"
    )
    hints = {each.rule: each.hint for each in findings(project)}
    assert hints == {
        "slug": "Remove the character U+200B (zero width space) behind 'kt'. Did you mean kth?",
        "unknown-term": "Remove the character U+00AD (soft hyphen) behind 'ho'. Did you mean host?",
        "key": "Remove the character U+2060 (word joiner) at the beginning. Did you mean quote?",
    }


def test_an_alias_bomb_is_refused_unexpanded(project: Project) -> None:
    """Ten levels of ten aliases each give a finding for each, and no memory."""
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 11))
    project.write("data/things/bomb.yaml", "a0: &a0 x\n" + levels)
    assert {each.rule for each in findings(project)} == {"yaml", "value"}


def test_a_thing_that_there_is_not_is_one_mistake(project: Project) -> None:
    """A shape about the value would say less of it; one about another value of the same sentence speaks."""
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: kht, lead: kth}]\n")
    found = project.check().findings
    assert [each.rule for each in found if each.location.column == 33] == ["unknown-thing"]
    assert "shacl-lead" in {each.rule for each in found if each.location.column == 44}
