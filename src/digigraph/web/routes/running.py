"""``/sparql/queries/{id}``: whoever asked a query ends it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from digigraph.web.site.answering import site

blueprint = Blueprint("running", __name__)


@blueprint.delete("/sparql/queries/<query_id>")
def end(query_id: str) -> Response:
    """End a query and its process; the request that asked it gets 503, or a broken transfer where it has begun."""
    if not site().running.cancel(query_id):
        raise NotFound("No query is running under this id.")
    return Response(status=HTTPStatus.NO_CONTENT)
