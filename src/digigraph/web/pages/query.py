"""The pages at ``/sparql``: to ask on, and an answer as a table; both whole without script."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, request

from digigraph.errors import NotFound
from digigraph.publishing.answers.table import tabulate
from digigraph.publishing.edition.paths import state_path
from digigraph.publishing.pages.examples import Example, examples
from digigraph.web.exchanges.wsgi import SNAPSHOT
from digigraph.web.pages.rendering import fresh_page, language
from digigraph.web.protocol.headers import SNAPSHOT_HEADER, policy
from digigraph.web.protocol.parameters import parameters_for
from digigraph.web.replies.answers import identity_of, unchanged
from digigraph.web.site.addresses import local, rooted
from digigraph.web.site.answering import asker, note, site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

    from digigraph.media import Format
    from digigraph.store.answering.backend import Query
    from digigraph.web.keeping.identity import Identity

_BUILT = Path(__file__).parents[1] / "static" / "built"
_FIRST = """SELECT ?type (COUNT(?thing) AS ?things)
WHERE { ?thing a ?type }
GROUP BY ?type
ORDER BY DESC(?things)"""


def register(app: Flask) -> None:
    """Let browsers keep what was built: its names change with its content."""
    app.after_request(_kept)


def _kept(response: Response) -> Response:
    if request.path.startswith("/static/built/sparql-") and response.status_code == HTTPStatus.OK:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def query_page(*, formats: Sequence[Format], example: str) -> Response:
    """Return the page to ask on.

    Parameters
    ----------
    formats
        Offered for the answer of the plain form.
    example
        Key of the stored query shown; empty for none.

    Raises
    ------
    NotFound
        There is no stored query of that key.
    """
    built = _built()
    offered = examples(site().settings.project / "queries")
    if example and example not in offered:
        raise NotFound(
            f"There is no stored query {example!r}.", hint=f"Choose one of the list at {site().url('/sparql')}."
        )
    chosen = offered.get(example)
    response = fresh_page(
        "sparql.html",
        formats=formats,
        endpoint=site().url("/sparql"),
        examples=_by_language(offered),
        chosen=chosen,
        query=chosen.query.plain if chosen else _FIRST,
        base=site().settings.base_iri,
        prefixes=site().iris.prefixes,
        built=built,
        permalinks_at=_permalinks_at(site().backend.version),
    )
    if built:
        response.headers["Content-Security-Policy"] = policy(script="'self'", connect="'self'")
    return response


def _by_language(offered: dict[str, Example]) -> list[tuple[str, list[Example]]]:
    """The examples of each language, that of the page first."""
    groups = [(code, list(group)) for code, group in groupby(offered.values(), key=attrgetter("language"))]
    return sorted(groups, key=lambda pair: pair[0] != language())


def answer_page(query: Query, *, formats: Sequence[Format]) -> Response:
    """Return the beginning of an answer as a table, with links to the whole of it; 304 where the client holds it.

    Parameters
    ----------
    query
        What was asked; its format does not matter.
    formats
        In which the answer can be had whole.

    Raises
    ------
    DigigraphError
        See :func:`digigraph.publishing.answers.table.tabulate`.
    """
    note(query=query.text)
    if held := unchanged(_identity(query, site().backend.version)):
        held.vary.add("Accept-Language")
        return held
    asked = parameters_for(query)
    table = tabulate(asker(), query)
    identity = _identity(query, table.version)
    response = fresh_page(
        "answer.html",
        table=table,
        asked=asked,
        query=query.text,
        links=[(each, local("/sparql?") + urlencode([*asked, ("format", each.name)])) for each in formats],
        formats=formats,
        has_editor=bool(_built()),
        permalinks_at=_permalinks_at(identity.snapshot if identity else None),
    )
    if identity is not None:
        response.set_etag(identity.key)
        request.environ[SNAPSHOT] = identity.snapshot
    if table.version is not None:
        response.headers[SNAPSHOT_HEADER] = table.version
        if identity is None:
            response.headers["Cache-Control"] = "no-store"
    return response


def _permalinks_at(snapshot: str | None) -> str:
    """Where a permalink of an answer of this snapshot is made; empty where none is."""
    is_offered = snapshot is not None and site().settings.permalinks and site().kept
    return rooted(f"{state_path(snapshot)}/results") if snapshot is not None and is_offered else ""


def _identity(query: Query, snapshot: str | None) -> Identity | None:
    identity = identity_of(query, snapshot)
    return None if identity is None else replace(identity, language=language())


def _built() -> dict[str, str]:
    """Names of the script and the style that ``make assets`` built; empty where it has not."""
    try:
        found: dict[str, str] = json.loads((_BUILT / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found
