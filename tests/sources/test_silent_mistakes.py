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
