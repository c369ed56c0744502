"""One query on one store, in the process that computes it.

``evaluation`` is the only place where the engine runs queries. ``selection`` makes the RDF dataset that one asks.
``mending`` puts into other words what the engine would answer wrongly: ``patterns`` reads a query's groups,
``path_triples``, ``graph_groups``, ``solutions`` and ``shared_blanks`` know one defect each.

Imports ``admission``, ``results`` and ``answering``. Imported by the query process alone, and by tests.
"""
