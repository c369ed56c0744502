"""``/``: what is in the graph."""

from __future__ import annotations

from flask import Blueprint, Response
from markupsafe import Markup

from digigraph.publishing.crawlers.schema_org import dataset_markup
from digigraph.publishing.pages.examples import Example, examples
from digigraph.publishing.pages.overview import overview
from digigraph.web.language.words import say
from digigraph.web.pages.linked_data import description_links
from digigraph.web.pages.rendering import language, page
from digigraph.web.site.answering import edition, site

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """Show what is in the graph."""
    return page("home.html", _shown)


def _shown() -> dict[str, object]:
    found = overview(edition(language()))
    about = say(
        "home_about",
        language(),
        triples=found.triples,
        sentences=found.sentences,
        documents=found.documents.total,
    )
    return {
        "overview": found,
        "about": about,
        "questions": _questions(),
        "page_url": site().url("/"),
        "links": description_links(),
        "embedded": Markup(dataset_markup(site().offer, about)),  # noqa: S704 - without any character that HTML would see
    }


def _questions() -> list[Example]:
    """The stored queries with a title in the language of the page, in the order of the alphabet."""
    return [each for each in examples(site().settings.project / "queries").values() if each.language == language()]
