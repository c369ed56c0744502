from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigraph.errors import NotAcceptable
from digigraph.media import FORMATS, Format, Kind, formats_of, negotiate

RESULTS = formats_of(Kind.RESULTS)
GRAPHS = formats_of(Kind.GRAPH)
JSON, XML, CSV, TSV = RESULTS
TURTLE, N_TRIPLES, JSON_LD, RDF_XML = GRAPHS


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        (" , ,", JSON),
        ("*/*", JSON),
        ("*", JSON),
        ("text/*", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;q=0.5, text/tab-separated-values", TSV),
        ("text/csv;q=0.5,text/tab-separated-values;q=0.5", CSV),
        ("text/csv;q=0, text/*", TSV),
        ("text/*;q=0.3, text/csv;q=0.1, */*;q=0.2", TSV),
        ("*/*;q=0.1, application/sparql-results+xml;q=0.2", XML),
        ("application/*;q=0.5, application/sparql-results+json;q=0.1", XML),
        ("application/json", JSON),
        ("application/xml, text/csv;q=0.9", XML),
        # The proper name of what would be sent is excluded, whatever its other name says.
        ("application/xml, application/sparql-results+xml;q=0, text/csv;q=0.1", CSV),
        ("application/sparql-results+xml; charset=utf-8", XML),
        ("text/csv; header=present, text/tab-separated-values;q=0.1", TSV),
        ("text/csv; header=present", CSV),
        ("text/csv;x=1;q=1, text/csv;q=0.2, text/tab-separated-values;q=0.5", TSV),
        ('text/csv;x="a,b;q=0";q=0.4, application/sparql-results+xml;q=0.3', XML),
        # The weight counts wherever it stands.
        ("text/csv;q=0.1;x=1, text/csv;q=0.7, application/sparql-results+xml;q=0.2", CSV),
        # Java's own client has sent this for decades.
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", JSON),
        # What is no media range, or has no weight that is one, says nothing.
        ("csv", JSON),
        ("text/csv;q=2, application/sparql-results+xml;q=0.1", XML),
        ("text/csv;q=high, application/sparql-results+xml;q=0.1", XML),
        ("*/csv, application/sparql-results+xml;q=0.1", XML),
    ],
)
def test_negotiation_of_results(accept: str | None, expected: Format):
    """Weights, specificity, wildcards and parameters decide as RFC 9110, section 12.5.1, says."""
    assert negotiate(accept, RESULTS) is expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", JSON_LD),
        ("application/xml", RDF_XML),
        ("text/plain", N_TRIPLES),
        ("text/*", TURTLE),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted", text/turtle;q=0.5', JSON_LD),
        ("text/turtle;version=1.2, application/n-triples;q=0.5", TURTLE.at("1.2")),
        ('application/n-triples; charset=utf-8; version="1.2-basic"', N_TRIPLES.at("1.2-basic")),
        ("text/turtle;q=0.9, text/turtle;version=1.2;q=0.1, text/turtle;version=1.2-basic", TURTLE.at("1.2")),
        ("text/turtle, text/turtle;version=1.2;q=0", TURTLE),
        ("text/turtle;version=1.2;q=0.5, application/n-triples", N_TRIPLES),
        ("application/xml;version=1.2", RDF_XML.at("1.2")),
        ("text/turtle;version=1.1", TURTLE),
        ("application/ld+json;version=1.2", JSON_LD),
        # A version that is not known is what no format here is.
        ("text/turtle;version=3, application/n-triples;q=0.5", N_TRIPLES),
        ("text/turtle;version=3", TURTLE),
    ],
)
def test_negotiation_of_graphs(accept: str, expected: Format):
    """Names that clients use for want of a better one are understood; a profile is a wish; versions are asked for."""
    assert negotiate(accept, GRAPHS) == expected


@pytest.mark.parametrize(
    "accept",
    ["*/*;q=0", "image/png", "text/csv;q=0.000", "text/csv;x=1, text/csv;q=0", "text/turtle;v=1, */*;q=0"],
)
def test_what_is_excluded_is_not_sent(accept: str):
    """Where nothing is left, the refusal says what there is."""
    with pytest.raises(NotAcceptable) as refusal:
        negotiate(accept, RESULTS)
    assert refusal.value.available == tuple(each.media_type for each in RESULTS)


TYPES = [each.media_type for each in FORMATS]
WEIGHTS = st.sampled_from(["0", "0.001", "0.25", "0.5", "0.999", "1"])


@given(st.dictionaries(st.sampled_from([*TYPES, "text/*", "application/*", "*/*"]), WEIGHTS, min_size=1))
def test_nobody_gets_what_is_worse_than_another(weights: dict[str, str]):
    """What is sent has the highest weight among what is offered, that of the most specific range; never 0."""
    accept = ", ".join(f"{name};q={weight}" for name, weight in weights.items())

    def weight(candidate: Format) -> float:
        main = candidate.media_type.partition("/")[0]
        return float(weights.get(candidate.media_type) or weights.get(f"{main}/*") or weights.get("*/*") or 0)

    best = max(map(weight, FORMATS))
    # Other names would be a second way to a format.
    plain = [Format(each.name, each.media_type, each.kind) for each in FORMATS]
    if best:
        assert weight(negotiate(accept, plain)) == best
    else:
        with pytest.raises(NotAcceptable):
            negotiate(accept, plain)


@given(st.one_of(st.text(), st.text(alphabet='*/;,q=.01 "\\\\texcsv')))
def test_no_header_breaks_negotiation(accept: str):
    """Whatever a client sends, the answer is a format or a refusal."""
    with contextlib.suppress(NotAcceptable):
        assert negotiate(accept, RESULTS) in RESULTS


@pytest.mark.parametrize("header", ["a/b;x=1,c/d,", 'text/csv;x="', "a/b;", "*/*;q=0.1", "a/b;q=0,*/b;x=1,"])
def test_headers_of_any_length_are_read(header: str):
    """A header of half a megabyte is read in time that grows with its length; by its square, this would not end."""
    with contextlib.suppress(NotAcceptable):
        assert negotiate(header * (500_000 // len(header)), RESULTS) in RESULTS


@pytest.mark.timeout(120)
@pytest.mark.parametrize("unit", ['"\\', "\\", '"', '",', '\\"', 'a/b;c="', 'a/b;c="\\', "a/b,", ";", "q=0;"])
@pytest.mark.parametrize("end", ["", "\\", '"'])
def test_every_header_is_read_in_linear_time(unit: str, end: str):
    """A long header of whatever does not close is read once, not once for each of its characters."""
    with contextlib.suppress(NotAcceptable):
        negotiate(unit * (400_000 // len(unit)) + end, FORMATS)
