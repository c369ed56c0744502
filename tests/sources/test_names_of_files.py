"""Files whose names keep them from being read, or make two of one document."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from projects import FACTS, TEXT

from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

FOLDER = "data/documents"
SAYS = "    says: [{subject: nhd, host: kth}]\n"


def told(project: Project) -> list[tuple[str, str, str | None]]:
    """The rule, the file and the advice of each finding."""
    return [(each.rule, each.location.path, each.hint) for each in read_project(project.settings).findings]


def renamed(project: Project, before: str, after: str) -> None:
    (project.folder / FOLDER / before).rename(project.folder / FOLDER / after)


@pytest.mark.parametrize("name", ["nhd-page.yaml.txt", "nhd-page.yml.txt"])
def test_a_facts_file_with_an_ending_too_many_is_to_be_renamed(shapeless: Project, name: str) -> None:
    """Systems that hide endings add one; nothing is told of the text that seems to have no facts."""
    renamed(shapeless, "nhd-page.yaml", name)
    meant = name.removesuffix(".txt")
    hint = f"Rename it to {meant}: it ends with .txt, which some systems hide."
    assert told(shapeless) == [("not-read", f"{FOLDER}/{name}", hint)]


def test_so_is_a_file_of_things(shapeless: Project) -> None:
    """Which is told as well."""
    shapeless.write("data/things/more.yaml.txt", "x: {type: Project, name: {en: X, sv: X}}\n")
    hint = "Rename it to more.yaml: it ends with .txt, which some systems hide."
    assert told(shapeless) == [("not-read", "data/things/more.yaml.txt", hint)]


def test_a_text_with_its_ending_twice_is_to_be_renamed(shapeless: Project) -> None:
    """It is told once, beside the facts that miss it."""
    renamed(shapeless, "nhd-page.txt", "nhd-page.txt.txt")
    ((rule, path, hint),) = told(shapeless)
    assert (rule, path) == ("document", f"{FOLDER}/nhd-page.yaml")
    assert (hint or "").startswith(f"Rename {FOLDER}/nhd-page.txt.txt to nhd-page.txt.")


def test_a_text_in_another_format_beside_its_facts_is_named(shapeless: Project) -> None:
    """It is what somebody takes for the captured text."""
    renamed(shapeless, "nhd-page.txt", "nhd-page.docx")
    ((rule, path, hint),) = told(shapeless)
    assert (rule, path) == ("document", f"{FOLDER}/nhd-page.yaml")
    assert (hint or "").startswith(f"Save the text of {FOLDER}/nhd-page.docx as nhd-page.txt or .html.")


def test_a_document_has_one_facts_file(shapeless: Project) -> None:
    """No thing has anything to do with it."""
    folder = shapeless.folder / FOLDER
    shutil.copy(folder / "nhd-page.yaml", folder / "nhd-page.yml")
    (found,) = [each for each in read_project(shapeless.settings).findings if each.rule == "duplicate-thing"]
    assert found.message == f"The document nhd-page has another facts file, {FOLDER}/nhd-page.yml."
    assert (found.hint or "").startswith("Put the facts of both into one, and remove the other")


def test_the_hash_of_a_text_in_another_encoding_is_not_offered(shapeless: Project) -> None:
    """It is not the text that was captured; saved as it must be, it has its own."""
    text = f"{TEXT}Rådet möts.\n"
    shapeless.document("nhd-page", text, FACTS)
    shapeless.write(f"{FOLDER}/nhd-page.txt", text.encode("cp1252"))
    assert [(rule, hint) for rule, _, hint in told(shapeless)] == [("encoding", "Save the file as UTF-8.")]
    shapeless.write(f"{FOLDER}/nhd-page.yaml", f"document: {{title: A}}\nfacts:\n{FACTS}")
    (hint,) = [hint for rule, _, hint in told(shapeless) if rule == "document"]
    assert (hint or "").endswith("sha256: what sha256sum prints of the text.")


@pytest.mark.parametrize("sign", [".", ",", ";", " ."])
def test_a_sign_behind_a_closing_bracket_is_told_alone(shapeless: Project, sign: str) -> None:
    """The bracket is closed, and what is in it is read."""
    shapeless.facts(f"  - quote: (huvudman KTH)\n    says:\n      - {{subject: nhd, host: kht}}{sign}\n")
    told_ = sorted(read_project(shapeless.settings).findings, key=lambda each: each.location)
    assert [(each.rule, each.location.line, each.hint) for each in told_] == [
        ("unknown-thing", 12, "Did you mean kth?"),
        ("yaml", 12, "Remove it."),
    ]
    assert told_[1].message == f"Behind the closing bracket stands {sign.strip()!r}."


def test_accents_around_words_are_no_quotation_marks(shapeless: Project) -> None:
    """Those that a Swedish keyboard has a key for."""
    text = f"{TEXT}Its aim: open data.\n"
    shapeless.document("nhd-page", text, f"  - quote: \u00b4Its aim: open data\u00b4\n{SAYS}")
    assert told(shapeless) == [
        ("yaml", f"{FOLDER}/nhd-page.yaml", 'Write straight quotation marks around the words: "…".')
    ]
    shapeless.document("nhd-page", text, "  - quote: \u00b4KTH takes part\u00b4\n    occurrence: 1\n" + SAYS)
    (found,) = told(shapeless)
    assert (found[0], found[2]) == ("quote-not-found", 'Write straight quotation marks around the words: "…".')


def test_what_looks_like_a_space_behind_a_colon_is_named(shapeless: Project) -> None:
    """One sees a space there."""
    shapeless.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, host:\u00a0kth}]\n")
    (found,) = read_project(shapeless.settings).findings
    assert found.message == "What stands behind this colon is no space: U+00A0 (no-break space)."


def test_facts_that_miss_their_hyphen_are_not_put_together(shapeless: Project) -> None:
    """The grant of the one would be proved by the sentence of the other."""
    shapeless.facts(f"  - quote: (huvudman KTH)\n{SAYS}    quote: It has 18 partners\n{SAYS}")
    found = next(each for each in read_project(shapeless.settings).findings if "'says'" in each.message)
    assert found.hint == "Put - before the quote of the second fact; entries of one fact stand below one says:."


def test_a_file_describes_one_document(shapeless: Project) -> None:
    """The second that was pasted into it needs a file of its own."""
    path = shapeless.folder / FOLDER / "nhd-page.yaml"
    shapeless.write(f"{FOLDER}/nhd-page.yaml", path.read_text(encoding="utf-8") * 2)
    found = next(each for each in read_project(shapeless.settings).findings if "'document'" in each.message)
    assert (found.hint or "").startswith("A file describes one document: put the second with its facts into a file of")


def test_rows_are_not_to_be_promised_away_for_a_thing_that_is_described_twice(shapeless: Project) -> None:
    """They may come back when it is described once."""
    shapeless.write("data/things/more.yaml", "kth: {type: Organization, name: {en: X, sv: X}}\n")
    shapeless.write("queries/hosts.rq", "#! rows: 20\nSELECT * { ?s ?p ?o FILTER(false) }\n")
    (found,) = [each for each in shapeless.check().findings if each.rule == "query-rows"]
    assert "promise fewer" not in (found.hint or "")
