"""``/``: what is in the graph."""

from __future__ import annotations

from flask import Blueprint, Response

from digigraph.publishing.overview import overview
from digigraph.web.pages import language, page
from digigraph.web.site import edition

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """Show what is in the graph."""
    return page("home.html", lambda: {"overview": overview(edition(language()))})
