"""What a document may be: a page or a record, and never what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from projects import FACTS, TEXT

if TYPE_CHECKING:
    from projects import Project

KINDS = ["WebPage", "AboutPage", "NewsArticle", "Report", "Dataset"]


@pytest.mark.parametrize("class_", ["Project", "Person", "Country", "Concept", "Evidence"])
def test_a_document_that_is_a_thing_is_told_once_at_its_type(project: Project, class_: str) -> None:
    """With the kinds that there are; that it has none is not said beside it."""
    project.document("nhd-page", TEXT, FACTS, type=class_)
    (found,) = project.check().findings
    assert (found.rule, found.location.line, found.location.column) == ("value", 3, 9)
    assert found.message == f"A document is no {class_}."
    assert (found.hint or "").startswith("Write WebPage, AboutPage, NewsArticle, Report or Dataset; ")


@pytest.mark.parametrize("class_", KINDS)
def test_each_kind_is_one(project: Project, class_: str) -> None:
    """Nothing is found."""
    project.document("nhd-page", TEXT, FACTS, type=class_)
    assert project.check().findings == []
