"""An event stream of two pages, as servers of others publish them."""

from __future__ import annotations

STREAM = """\
@prefix ldes: <https://w3id.org/ldes#> .
@prefix tree: <https://w3id.org/tree#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<changes> a ldes:EventStream ; tree:view <changes> ;
  ldes:timestampPath dcterms:created ; ldes:versionOfPath dcterms:isVersionOf .
"""
FIRST = f"""{STREAM}
<changes> a tree:Node ; tree:relation [ a tree:GreaterThanOrEqualToRelation ; tree:node <changes/2> ] ;
  tree:member <v/1> .
<v/1> dcterms:created "2026-01-01T00:00:00Z"^^xsd:dateTime ; dcterms:isVersionOf <id/nhd> .
"""
SECOND = """\
@base <{base}> .
@prefix tree: <https://w3id.org/tree#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<changes/2> a tree:Node . <changes> tree:member <v/2> .
<v/2> dcterms:created "2026-01-02T00:00:00Z"^^xsd:dateTime ; dcterms:isVersionOf <id/kth> .
"""
