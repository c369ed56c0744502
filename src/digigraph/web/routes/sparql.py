"""``/sparql``: the query operation of the SPARQL 1.1 Protocol (section 2.1), three ways to ask."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from digigraph.errors import NotAcceptable, QueryForbidden
from digigraph.iris import is_absolute
from digigraph.media import HTML, Format, Kind, formats_of
from digigraph.publishing.service_description import service_description
from digigraph.sparql import query_form
from digigraph.store.backend import Query
from digigraph.web.query_page import answer_page, query_page
from digigraph.web.replies import answered, pairs, query_string, requested_format
from digigraph.web.site import VOID, site

blueprint = Blueprint("sparql", __name__)

_RESULTS = formats_of(Kind.RESULTS)
_GRAPHS = formats_of(Kind.GRAPH, Kind.DATASET)
_NO_QUERY = "The parameter query is missing."
_NO_UPDATE = "This endpoint answers queries; data is changed by publishing."


@dataclass(frozen=True, slots=True)
class _Parameters:
    """The parameters of the query operation; empty where not given."""

    query: str
    formats: tuple[str, ...]
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


@blueprint.get("/sparql")
def query_by_get() -> Response:
    """Answer a query in the URL; without one, show browsers a page to ask on and tell programs what is offered."""
    given = query_string()
    parameters = _parameters(given)
    if parameters.query:
        return _answer(parameters)
    try:
        chosen = requested_format((*_GRAPHS, HTML), names=parameters.formats)
    except NotAcceptable as error:
        raise BadRequest(_NO_QUERY) from error
    if chosen is HTML:
        return query_page(formats=(*_RESULTS, *_GRAPHS), example=request.args.get("example", ""))
    if any(name != "format" for name, _ in given):
        raise BadRequest(_NO_QUERY)
    return _description(chosen)


def _description(chosen: Format) -> Response:
    text = service_description(
        site().settings, (*_RESULTS, *_GRAPHS), endpoint=site().url("/sparql"), void=site().url(VOID)
    )
    return answered(Query(text=text, format=chosen))


@blueprint.post("/sparql")
def query_by_post() -> Response:
    """Answer a query in the body: URL-encoded parameters, or the text of the query itself."""
    _check_encoding()
    if request.mimetype == "application/x-www-form-urlencoded":
        parameters = _parameters([*query_string(), *pairs(request.get_data())])
    elif request.mimetype == "application/sparql-query":
        parameters = _parameters([*query_string(), ("query", _text(request.get_data()))])
    elif request.mimetype == "application/sparql-update":
        raise QueryForbidden("Updates are not taken here.", hint=_NO_UPDATE)
    else:
        raise UnsupportedMediaType(f"{request.mimetype or 'A body without media type'} is not taken here.")
    if not parameters.query:
        raise BadRequest(_NO_QUERY)
    return _answer(parameters)


def _check_encoding() -> None:
    """Refuse a body that is not UTF-8 as it is: for queries nothing else is valid (Protocol, section 2.1.3)."""
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.strip("\"' ").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType(f"The charset {charset!r} is not taken here; UTF-8 is.")
    coding = request.headers.get("Content-Encoding", "identity")
    if coding.strip().lower() not in {"identity", ""}:
        raise UnsupportedMediaType(f"A body with the content coding {coding!r} is not taken here.")


def _answer(parameters: _Parameters) -> Response:
    selects = query_form(parameters.query) in {"SELECT", "ASK"}
    formats: tuple[Format, ...] = _RESULTS if selects else _GRAPHS
    # A page comes last: it is for those who prefer it to all others.
    chosen = requested_format((*formats, HTML), names=parameters.formats)
    chooses_graphs = bool(parameters.default_graphs or parameters.named_graphs)
    asked = Query(
        text=parameters.query,
        format=chosen,
        default_graphs=parameters.default_graphs if chooses_graphs else None,
        named_graphs=parameters.named_graphs if chooses_graphs else None,
    )
    return answer_page(asked, formats=formats) if chosen is HTML else answered(asked)


def _parameters(given: list[tuple[str, str]]) -> _Parameters:
    """Check and sort the parameters; those of other servers' makings (``timeout``, ``output``) do not matter here."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in given:
        values[name].append(value)
    if len(values["query"]) > 1:
        raise BadRequest(f"The parameter query is given {len(values['query'])} times.")
    if "update" in values:
        raise QueryForbidden("Updates are not taken here.", hint=_NO_UPDATE)
    return _Parameters(
        query="".join(values["query"]),
        formats=tuple(values["format"]),
        default_graphs=_graphs(values["default-graph-uri"]),
        named_graphs=_graphs(values["named-graph-uri"]),
    )


def _graphs(iris: list[str]) -> tuple[str, ...]:
    # Forms send a field that was left empty as an empty value.
    given = tuple(iri for iri in iris if iri)
    for iri in given:
        if not is_absolute(iri):
            raise BadRequest(f"{iri!r} is not an absolute IRI.")
    return given


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("The query is not UTF-8.") from error
