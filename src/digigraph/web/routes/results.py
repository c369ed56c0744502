"""``/snapshots/{snapshot}/results``: permalinks of results, which show the same rows as long as their state is kept."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import BadRequest

from digigraph.errors import Gone, NotFound, QueryError, ResultChanged
from digigraph.media import HTML, PROBLEM_JSON, RESULTS_JSON, formats_for, negotiate
from digigraph.publishing.answers.results import result_of
from digigraph.publishing.answers.table import table_of
from digigraph.sparql import is_repeatable, query_form
from digigraph.store.snapshots.permalinks import check_length
from digigraph.web.pages.rendering import page
from digigraph.web.protocol.parameters import NO_QUERY, pairs, parameters_for, parameters_of
from digigraph.web.replies.answers import made, query_string, requested_format
from digigraph.web.replies.problems import OnlyForms
from digigraph.web.site.addresses import local, rooted, with_parameters
from digigraph.web.site.answering import asker, note, site
from digigraph.web.site.states import catalog_of, choose, past_what_is_kept

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from digigraph.media import Format
    from digigraph.publishing.answers.results import Result
    from digigraph.store.answering.backend import Query
    from digigraph.store.snapshots.permalinks import Permalink, Permalinks

blueprint = Blueprint("results", __name__)
blueprint.after_request(past_what_is_kept)
RESULT_HEADER = "Digigraph-Result"
_PATH = "/snapshots/<state>/results"


@blueprint.post(_PATH)
def make(state: str) -> BaseResponse:
    """Make a permalink of the result that a query has in this state; the same query gets the same."""
    snapshot, permalinks = choose(state), _permalinks()
    query = _query()
    note(query=query.text)
    check_length(query)
    if not is_repeatable(query.text):
        raise QueryError(
            "A permalink is of rows that are the same each time; those of this query are not.",
            hint="It asks for the time, for chance or new nodes (NOW, RAND, UUID, STRUUID, BNODE), or another server.",
        )
    result = result_of(asker(), query)
    if result_of(asker(), query).sha256 != result.sha256:
        raise QueryError(
            "The same query gave other rows when it was asked again, so there is nothing to link to.",
            hint="LIMIT needs ORDER BY by as many variables as make each row different.",
        )
    permalink = permalinks.add(snapshot, query, sha256=result.sha256, rows=result.rows)
    address = site().url(f"/results/{permalink.id}")
    if negotiate(request.headers.get("Accept"), (PROBLEM_JSON, HTML)) is HTML:
        return redirect(address, code=303)
    body = json.dumps({"url": address, **asdict(permalink)}, ensure_ascii=False, indent=1) + "\n"
    return Response(body, 201, {"Location": address, "Cache-Control": "no-store"}, content_type="application/json")


def _permalinks() -> Permalinks:
    if not site().settings.permalinks:
        raise NotFound(
            "No permalinks are made here.", hint="The setting permalinks is 0. A state can be cited by name."
        )
    return catalog_of(site())[1].permalinks


def _query() -> Query:
    """The query in a form, with the graphs that are its dataset, as at ``/sparql``."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise OnlyForms(f"A permalink is made by a form, not by {request.mimetype or 'a body without media type'}.")
    parameters = parameters_of([*query_string(), *pairs(request.get_data())])
    if not parameters.query:
        raise BadRequest(NO_QUERY)
    return parameters.query_in(RESULTS_JSON)


@blueprint.get(f"{_PATH}/<name>")
def show(state: str, name: str) -> BaseResponse:
    """Show the rows of a permalink again, in any format; no others, whatever has happened."""
    _, kept = catalog_of(site())
    try:
        permalink = kept.permalinks.get(state, name)
    except Gone:
        raise
    except NotFound:
        # Whatever is asked of a state that was removed is gone.
        choose(state)
        raise
    if permalink.snapshot != state:
        # The state was written anew, and gives the same rows.
        return redirect(site().url(with_parameters(f"/snapshots/{permalink.snapshot}/results/{name}")), code=301)
    try:
        choose(state)
    except Gone as error:
        raise Gone(f"{error.message} {_said(permalink)}", hint=f"The query was: {permalink.query}") from error
    note(query=permalink.query)
    chosen = requested_format((*_formats(permalink), HTML))
    if chosen is HTML:
        response = page("result.html", lambda: _shown(permalink))
    else:
        prefixes = site().iris.prefixes
        response = made(lambda: _proved(permalink).written(chosen, prefixes), chosen)
    response.headers[RESULT_HEADER] = f"sha-256={permalink.sha256}"
    return response


def _said(permalink: Permalink) -> str:
    return f"The result had {permalink.rows} rows with the SHA-256 {permalink.sha256}."


def _proved(permalink: Permalink) -> Result:
    """The result that the query has now, which is the one that was linked to.

    Raises
    ------
    ResultChanged
        It is not.
    """
    result = result_of(asker(), permalink.question)
    if result.sha256 != permalink.sha256:
        raise ResultChanged(
            f"The query gives other rows in its state now, with the SHA-256 {result.sha256}. {_said(permalink)}",
            hint="The rows depend on an order that the query does not name, or on another version of the engine.",
        )
    return result


def _shown(permalink: Permalink) -> dict[str, object]:
    address = local(f"/results/{permalink.id}")
    formats = _formats(permalink)
    asked = parameters_for(permalink.question)
    return {
        "table": table_of(_proved(permalink).answer()),
        "permalink": permalink,
        "asked": asked,
        "query": permalink.query,
        "links": [(each, f"{address}?format={each.name}") for each in formats],
        "formats": formats,
        "page_url": site().url(f"/results/{permalink.id}"),
        # The present state has no such page; it can be asked the same.
        "present": rooted(f"/sparql?{urlencode(asked)}"),
    }


def _formats(permalink: Permalink) -> tuple[Format, ...]:
    return formats_for(query_form(permalink.query))
