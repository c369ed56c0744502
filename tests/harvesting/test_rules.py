"""Each rule is found broken at a server that breaks it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from altering import Asked, Passed
from streams import FIRST, SECOND

from digigraph.rules import harvest_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from altering import Alteration, Altering

    from digigraph.harvesting.record import Record

    Harvest = Callable[[], Record]

VOID, CATALOG, THING, DATA = "/.well-known/void", "/catalog.ttl", "/id/", "/data/"
TURTLE = "text/turtle; charset=utf-8"


def at(start: str, change: Callable[[Passed], Passed], *, accept: str = "", method: str = "") -> Alteration:
    """Change what is answered where a path begins so, for who accepts that, and for that method."""

    def alter(asked: Asked, passed: Passed) -> Passed | None:
        fits = asked.path.startswith(start) and accept in asked.accept and method in asked.method
        return change(passed) if fits and passed.status < 400 else None

    return alter


def status(code: int) -> Callable[[Passed], Passed]:
    return lambda _: Passed(code, {"content-type": "text/plain"}, b"no")


def words(old: str, new: str) -> Callable[[Passed], Passed]:
    return lambda passed: passed.replacing(old, new) if passed.status == 200 and passed.body else passed


def header(**headers: str | None) -> Callable[[Passed], Passed]:
    return lambda passed: passed.with_headers(**headers)


def streaming(first: str = FIRST, second: str = SECOND, caching: str = "immutable") -> Alteration:
    """Serve an event stream beside what there is, named in the VoID description."""

    def alter(asked: Asked, passed: Passed) -> Passed | None:
        base = f"http://{asked.headers['host']}/"
        kept = {"content-type": TURTLE, "etag": f'"{len(asked.path)}"', "cache-control": caching}
        if asked.path == VOID:
            return passed.with_body(
                passed.body + f"\n<{base}changes> a <https://w3id.org/ldes#EventStream> .\n".encode()
            )
        if asked.path == "/changes":
            return Passed(200, kept, f"@base <{base}> .\n{first}".encode())
        if asked.path == "/changes/2":
            return Passed(200, kept, second.format(base=base).encode())
        return None

    return alter


def other_vary(asked: Asked, passed: Passed) -> Passed | None:
    return passed.with_headers(vary="Accept") if "accept-datetime" in asked.headers else None


def soft_not_found(asked: Asked, passed: Passed) -> Passed | None:
    return Passed(200, {"content-type": "text/html"}, b"Sorry") if asked.path.startswith("/id/no-") else None


def fewer(asked: Asked, passed: Passed) -> Passed | None:
    """One triple fewer in one format."""
    if passed.status != 200 or not passed.headers.get("content-type", "").startswith("application/n-triples"):
        return None
    return passed.with_body(b"".join(passed.body.splitlines(keepends=True)[1:]))


def without_description(asked: Asked, _passed: Passed) -> Passed | None:
    return Passed(200, {"content-type": TURTLE}) if (asked.method, asked.path) == ("GET", "/sparql") else None


def other_words(asked: Asked, passed: Passed) -> Passed | None:
    """A dump of the same length with one letter changed."""
    return (
        passed.with_body(passed.body[:-9] + b"x" + passed.body[-8:])
        if ".nq" in asked.path and passed.status == 200
        else None
    )


BROKEN: dict[str, Alteration] = {
    "harvest-robots-readable": at("/robots.txt", header(content_type="text/html")),
    "harvest-robots": at("/robots.txt", status(404)),
    "harvest-sitemap": at("/robots.txt", words("Sitemap:", "Sit:")),
    "harvest-sitemap-form": at("/sitemap-1.xml", words("</urlset>", "")),
    "harvest-sitemap-dates": at("/sitemap-1.xml", words("<lastmod>2", "<lastmod>3")),
    "harvest-sitemap-pages": at("/page/", status(404)),
    "harvest-void": at(VOID, status(404)),
    "harvest-void-terms": at(VOID, words("dcterms:license", "dcterms:rights")),
    "harvest-void-access": at(
        VOID, lambda it: words("void:sparqlEndpoint", "void:x")(words("void:dataDump", "void:x")(it))
    ),
    "harvest-void-examples": at(VOID, words("void:uriSpace", "void:space")),
    "harvest-void-figures": at(VOID, words("void:distinctSubjects ", "void:distinctSubjects 1")),
    "harvest-void-partitions": at(VOID, words("void:entities ", "void:entities 1")),
    "harvest-catalog": at("/", header(link=None)),
    "harvest-catalog-mandatory": at(CATALOG, words("dcterms:title", "dcterms:name")),
    "harvest-catalog-recommended": at(CATALOG, words("dcterms:format", "dcterms:form")),
    "harvest-catalog-agrees": at(CATALOG, words(".trig.gz>", ".trig.lz>")),
    "harvest-dump": at("/dumps/", header(content_type="text/html"), method="HEAD"),
    "harvest-dump-size": at(CATALOG, words('dcat:byteSize "', 'dcat:byteSize "1')),
    "harvest-dump-checksum": other_words,
    "harvest-dump-triples": at("/sparql", lambda it: it.with_body(it.body.replace(b'"value":"', b'"value":"1'))),
    "harvest-dump-ranges": at("/dumps/", lambda it: Passed(200, it.headers, it.body) if it.status == 206 else it),
    "harvest-endpoint": at("/sparql?", status(503)),
    "harvest-endpoint-post": at("/sparql", status(405), method="POST"),
    "harvest-endpoint-description": without_description,
    "harvest-endpoint-results": at("/sparql", header(content_type="application/sparql-results+json"), accept="csv"),
    "harvest-endpoint-graphs": at("/sparql", words("", "<"), accept="rdf+xml"),
    "harvest-endpoint-refusal": lambda _, it: Passed(200, it.headers, it.body) if it.status == 400 else None,
    "harvest-thing": at(DATA, words("id:", "id:not-"), accept="turtle"),
    "harvest-thing-303": lambda _, it: Passed(302, it.headers) if it.status == 303 else None,
    "harvest-thing-formats": at(DATA, header(content_type="application/json"), accept="ld+json"),
    "harvest-thing-alike": fewer,
    "harvest-thing-page": at("/page/", header(link='</a>; rel="item"; type="text/html"')),
    "harvest-thing-links": at("/linkset/", status(404)),
    "harvest-thing-unknown": soft_not_found,
    "harvest-vary": at(DATA, header(vary="Accept-Encoding")),
    "harvest-etag": at(DATA, header(etag='"one"')),
    "harvest-not-modified": lambda _, it: Passed(200, it.headers, b"again") if it.status == 304 else None,
    "harvest-head": at(DATA, header(content_type="text/plain"), method="HEAD"),
    "harvest-stream": at("/changes", status(404)),
    "harvest-stream-context": streaming(FIRST.replace("ldes:timestampPath", "ldes:other")),
    "harvest-stream-pages": streaming(FIRST.replace("changes/2", "changes/3")),
    "harvest-stream-members": streaming(FIRST, SECOND.replace("v/2", "v/1")),
    "harvest-stream-caching": streaming(caching="no-cache"),
    "harvest-memento": at(DATA, header(link=None)),
    "harvest-memento-date": other_vary,
    "harvest-memento-list": at("/timemap/", header(content_type="text/plain")),
}


@pytest.mark.parametrize("rule", [name for name in harvest_rules() if name != "harvest-finished"])
def test_what_breaks_a_rule_is_found(rule: str, front: Altering, harvest: Harvest) -> None:
    """The finding of the rule is there, at an address of the server."""
    front.alteration = BROKEN[rule]
    findings = [each for each in harvest().findings() if each.rule == rule]
    assert findings
    for each in findings:
        assert each.location.path.startswith(front.url)
        assert each.severity is harvest_rules()[rule].level


def test_an_address_that_is_none_is_missing(front: Altering, harvest: Harvest) -> None:
    """A text in the place of the endpoint's address is not what DCAT-AP demands."""
    front.alteration = at(
        CATALOG, lambda it: it.with_body(re.sub(rb"dcat:endpointURL <[^>]*>", b'dcat:endpointURL "x"', it.body))
    )
    (found, *_) = [each for each in harvest().findings() if each.rule == "harvest-catalog-mandatory"]
    assert "does not state dcat:endpointURL" in found.message


def test_what_only_people_can_say_is_a_note(front: Altering, harvest: Harvest) -> None:
    """A dataset without contact and keywords breaks no rule; what DCAT-AP recommends where it is available is said."""
    front.alteration = at(CATALOG, lambda it: words("dcat:contactPoint", "dcat:x")(words("dcat:keyword", "dcat:y")(it)))
    record = harvest()
    assert record.findings() == []
    notes = {each.rule: each.reason for each in record.outcomes() if each.reason}
    assert list(notes) == ["harvest-catalog-recommended"]
    assert "does not state dcat:contactPoint, dcat:keyword" in notes["harvest-catalog-recommended"]


def test_a_stream_that_keeps_the_rules_is_walked(front: Altering, harvest: Harvest) -> None:
    """Nothing is found at an event stream of two pages, and every rule for it was checked."""
    front.alteration = streaming()
    record = harvest()
    assert [each for each in record.outcomes() if not each.passed] == []
    assert [each.path for each in front.asked].count("/changes/2") == 1


def states_asked(front: Altering) -> list[str]:
    return [each.path for each in front.asked if each.path.startswith("/snapshots/")]


def broken_date(harvest: Harvest) -> list[str]:
    """What is said of the rule that a date leads to the state of that time."""
    return [each.message for each in harvest().findings() if each.rule == "harvest-memento-date"]


def test_a_date_is_followed_to_its_state_whatever_robots_may(front: Altering, harvest: Harvest) -> None:
    """Our robots.txt keeps crawlers from states; those of now and of an earlier date are asked for, and no other."""
    assert harvest().findings() == []
    assert len(asked := states_asked(front)) == len(set(asked)) == 2


@pytest.mark.parametrize("old", [True, False], ids=["old", "new"])
def test_a_state_without_its_date_is_found(front: Altering, harvest: Harvest, *, old: bool) -> None:
    """A proxy that strips Memento-Datetime is found, also where it does so with one of the states alone."""

    def alter(asked: Asked, passed: Passed) -> Passed | None:
        is_old = " 2021 " in passed.headers.get("memento-datetime", "")
        return passed.with_headers(memento_datetime=None) if is_old is old else None

    front.alteration = alter
    assert broken_date(harvest) == ["The state that a date leads to has no Memento-Datetime."]


def test_a_gate_that_always_leads_to_the_newest_state_is_found(front: Altering, harvest: Harvest) -> None:
    """The date of an earlier state on the list does not lead to that one."""
    harvest()
    newest = states_asked(front)[0]

    def alter(asked: Asked, passed: Passed) -> Passed | None:
        return passed.with_headers(location=front.url[:-1] + newest) if "accept-datetime" in asked.headers else None

    front.alteration = alter
    (message,) = broken_date(harvest)
    assert message.startswith("The list has a state of Fri, 01 Jan 2021 00:00:00 GMT, but that date leads to")


def test_a_state_may_not_know_a_thing_yet(front: Altering, harvest: Harvest) -> None:
    """That the right state of a date has no such thing breaks no rule; that the state of now has none does."""

    def alter(asked: Asked, passed: Passed) -> Passed | None:
        return status(404)(passed) if " 2021 " in passed.headers.get("memento-datetime", "") else None

    front.alteration = alter
    assert broken_date(harvest) == []
    front.alteration = at("/snapshots/", status(404))
    assert len(broken_date(harvest)) == 1


def test_without_dates_on_the_list_it_is_said_what_was_asked(front: Altering, harvest: Harvest) -> None:
    """States without dates on the list are a finding, and the rule of dates says that only now was asked for."""
    front.alteration = at("/timemap/", lambda it: it.with_body(re.sub(rb'; datetime="[^"]*"', b"", it.body)))
    record = harvest()
    assert [each.rule for each in record.findings()] == ["harvest-memento-list"]
    (outcome,) = [each for each in record.outcomes() if each.rule == "harvest-memento-date"]
    assert (outcome.passed, outcome.reason.startswith("Only the state of now")) == (True, True)


def test_things_may_have_hash_iris(front: Altering, harvest: Harvest) -> None:
    """What is named with a fragment is told from its document already, and the document is what is asked for."""

    def alter(asked: Asked, passed: Passed) -> Passed | None:
        base = f"http://{asked.headers['host']}"
        if asked.path == VOID:
            return passed.with_body(
                re.sub(
                    rb"void:exampleResource [^;]*;", b"void:exampleResource <%s/x#me> ;" % base.encode(), passed.body
                )
            )
        if asked.path.startswith("/x"):
            return Passed(200, {"content-type": TURTLE}, f"<{base}/x#me> a <{base}/C> .".encode())
        return None

    front.alteration = alter
    outcomes = {each.rule: each.passed for each in harvest().outcomes()}
    assert outcomes["harvest-thing"] is outcomes["harvest-thing-303"] is True
    assert outcomes["harvest-thing-formats"] is False
