"""``/sparql``: the query operation of the SPARQL 1.1 Protocol (section 2.1), three ways to ask."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from digigraph.errors import NotAcceptable, QueryForbidden
from digigraph.media import HTML, Format, formats_for
from digigraph.publishing.descriptions.service_description import service_description
from digigraph.sparql import query_form
from digigraph.store.answering.backend import Query
from digigraph.web.pages.query import answer_page, query_page
from digigraph.web.protocol.parameters import (
    GRAPHS,
    NO_QUERY,
    NO_UPDATE,
    RESULTS,
    Parameters,
    pairs,
    parameters_of,
    query_of,
)
from digigraph.web.replies.answers import answered, query_string, requested_format
from digigraph.web.site.answering import site
from digigraph.web.site.published import VOID

blueprint = Blueprint("sparql", __name__)


@blueprint.get("/sparql")
def query_by_get() -> Response:
    """Answer a query in the URL; without one, show browsers a page to ask on and tell programs what is offered."""
    given = query_string()
    parameters = parameters_of(given)
    if parameters.query:
        return _answer(parameters)
    try:
        chosen = requested_format((*GRAPHS, HTML))
    except NotAcceptable as error:
        raise BadRequest(NO_QUERY) from error
    if chosen is HTML:
        return query_page(formats=(*RESULTS, *GRAPHS), example=request.args.get("example", ""))
    if any(name != "format" for name, _ in given):
        raise BadRequest(NO_QUERY)
    return _description(chosen)


def _description(chosen: Format) -> Response:
    text = service_description(
        site().settings, (*RESULTS, *GRAPHS), endpoint=site().url("/sparql"), void=site().url(VOID)
    )
    return answered(Query(text=text, format=chosen, is_own=True))


@blueprint.post("/sparql")
def query_by_post() -> Response:
    """Answer a query in the body: URL-encoded parameters, or the text of the query itself."""
    _check_encoding()
    if request.mimetype == "application/x-www-form-urlencoded":
        parameters = parameters_of([*query_string(), *pairs(request.get_data())])
    elif request.mimetype == "application/sparql-query":
        parameters = parameters_of([*query_string(), ("query", _text(request.get_data()))])
    elif request.mimetype == "application/sparql-update":
        raise QueryForbidden("Updates are not taken here.", hint=NO_UPDATE)
    else:
        raise UnsupportedMediaType(f"{request.mimetype or 'A body without media type'} is not taken here.")
    if not parameters.query:
        raise BadRequest(NO_QUERY)
    return _answer(parameters)


def _check_encoding() -> None:
    """Refuse a body that is not UTF-8 as it is: for queries nothing else is valid (Protocol, section 2.1.3)."""
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.strip("\"' ").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType(f"The charset {charset!r} is not taken here; UTF-8 is.")
    coding = request.headers.get("Content-Encoding", "identity")
    if coding.strip().lower() not in {"identity", ""}:
        raise UnsupportedMediaType(f"A body with the content coding {coding!r} is not taken here.")


def _answer(parameters: Parameters) -> Response:
    asked = query_of(parameters, request.headers.get("Accept"))
    if asked.format is not HTML:
        return answered(asked)
    return answer_page(asked, formats=formats_for(query_form(asked.text)))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("The query is not UTF-8.") from error
