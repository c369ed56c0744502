"""What every page needs: its language, how a term looks, and where an IRI leads."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Response, render_template, request

from digigraph.media import HTML, negotiate
from digigraph.publishing.edition.labels import LANGUAGES
from digigraph.publishing.edition.licences import licence_of
from digigraph.vocab import DG, RDFS
from digigraph.web.language.preferred import preferred
from digigraph.web.language.readable import grouped, readable
from digigraph.web.language.words import say
from digigraph.web.replies.answers import made
from digigraph.web.site.addresses import local, present_path, rooted
from digigraph.web.site.answering import site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from flask import Flask

_NAMES = {"en": "English", "sv": "Svenska"}
_LABEL = 300
"""Characters of a label that a page shows."""


def language() -> str:
    """Return the language of the page that is asked for: as ``lang`` says, else as the browser prefers."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else preferred(request.headers.get("Accept-Language", ""), LANGUAGES)


def page(template: str, make: Callable[[], Mapping[str, object]], *, log: str = "") -> Response:
    """Return a page, for a client that takes HTML; 304 where it holds that very page.

    Parameters
    ----------
    template
        Its template.
    make
        Returns what the template needs; called where the page has to be made. What is called ``links`` becomes the
        Link header.
    log
        See :class:`~digigraph.web.keeping.identity.Identity`.

    Raises
    ------
    NotAcceptable
        The client does not take HTML.
    """
    negotiate(request.headers.get("Accept"), (HTML,))
    links: list[str] = []

    def rendered() -> str:
        values = make()
        found = values.get("links", ())
        links.extend(map(str, found if isinstance(found, tuple) else ()))
        return render_template(template, **values)

    response = made(rendered, HTML, language=language(), links=links, log=log)
    response.headers.extend([("Link", each) for each in links])
    return _in_its_language(response)


def fresh_page(template: str, **values: object) -> Response:
    """Return a page that is no function of the snapshot, made of a template and what it needs."""
    return _in_its_language(Response(render_template(template, **values), content_type=HTML.content_type))


def _in_its_language(response: Response) -> Response:
    response.content_language.add(language())
    response.vary.add("Accept-Language")
    return response


def href(iri: str) -> str:
    """Return where a reader of a page goes for an IRI: our own page of it, else the IRI itself; never a script."""
    if iri.startswith(str(DG)):
        return _kept("/ns", fragment=iri.removeprefix(str(DG)))
    path = site().iris.path(iri)
    if path is not None:
        return _kept("/page/" + path.removeprefix("/id/") if path.startswith("/id/") else path)
    return iri if iri.startswith(("https://", "http://")) else ""


def _example_href(key: str) -> str:
    """The query page with a stored query, in the language that the reader has chosen."""
    return local("/sparql?") + urlencode({"example": key, **_chosen()})


def _list_href(kind: str) -> str:
    """The answer to a query for every thing of a class, in the language that the reader has chosen."""
    query = f"SELECT ?thing ?name {{ ?thing a <{kind}> ; <{RDFS['label'].value}> ?name }} ORDER BY ?name"
    return local("/sparql?") + urlencode({"query": query, **_chosen()})


def _chosen() -> dict[str, str]:
    asked = request.args.get("lang", "")
    return {"lang": asked} if asked in LANGUAGES else {}


def _kept(path: str, *, fragment: str = "") -> str:
    """The path, in the language that the reader has chosen."""
    query = f"?{urlencode(_chosen())}" if _chosen() else ""
    return local(f"{path}{query}#{fragment}" if fragment else f"{path}{query}")


def _in_language(code: str) -> str:
    """The URL of this page in another language."""
    return _with(lang=code)


def _page_number(number: int) -> str:
    return _with(page=str(number))


def _with(**changes: str) -> str:
    # Without the path: one that begins with two slashes would lead to another server.
    return f"?{urlencode({**request.args.to_dict(), **changes})}"


def _shortened(text: str, most: int = _LABEL) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _groups(statements: Iterable[object], name: str) -> Iterator[tuple[object, list[object]]]:
    for key, group in itertools.groupby(statements, key=lambda each: getattr(each, name)):
        yield key, list(group)


def register(app: Flask) -> None:
    """Give the templates these functions, filters and tests."""
    app.jinja_env.globals.update(
        href=href,
        local=local,
        rooted=rooted,
        example_href=_example_href,
        list_href=_list_href,
        site_title=site_title,
        in_language=_in_language,
        page_number=_page_number,
        languages=_NAMES,
    )
    app.jinja_env.filters.update(shortened=_shortened, groupby_in_order=_groups, grouped=grouped)
    app.jinja_env.tests["iri"] = lambda term: isinstance(term, ox.NamedNode)
    app.jinja_env.tests["literal"] = lambda term: isinstance(term, ox.Literal)
    app.context_processor(_of_this_request)


def _of_this_request() -> dict[str, object]:
    spoken = language()
    return {
        "language": spoken,
        "say": lambda key, **values: say(key, spoken, **values),
        "readable": lambda literal: readable(literal, spoken),
        "short": site().iris.shorten,
        "snapshot": site().backend.version,
        "present": rooted(present_path()) if site().prefix else "",
        "licence": licence_of(site().settings.license),
    }


def site_title() -> str:
    """Return the name of the graph."""
    return site().settings.title
