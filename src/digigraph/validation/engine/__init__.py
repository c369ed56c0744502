"""SHACL as pyshacl computes it, and the only place that knows pyshacl and rdflib.

``data_graph`` is a graph that is checked, ``algebra`` what a query in a shape can read of it; ``bounds`` end what takes
too long or too much, ``comparisons`` are those of SPARQL, and ``counted`` tells the values that a result is about
without naming them; ``placeholders`` are filled in messages.

Imports ``updating`` and ``shacl``. Imported by ``shapes``, and for its bounds by whoever starts a check.
"""
