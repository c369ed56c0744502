"""What is not there, and what is told of it.

``passed_over`` names files that nothing reads, ``references`` things that are spoken of and that nothing describes,
``missed`` what was said with a mistake, so that nobody says once more that it is missing.

Imports ``facts``, ``ontology``, ``rdf`` and ``redactions``. Imported by ``read``.
"""
