"""RDF files: quads, each with the place where it is written.

``parsing`` reads one file by the engine and asks ``turtle``, ``jsonld`` (with ``json_outline`` and ``json_numbers``) or
``rdfxml`` for the places; ``mistakes`` says what is wrong with its syntax: by ``recovery`` (with ``statements``, the
prefixes that are ``declared`` and ``long_strings``) of every statement of Turtle and TriG, by ``jsonld_mistakes`` (with
``json_mending`` and ``jsonld_rules``) of JSON-LD; ``engine_errors`` understands what the engine says, and where.
``files`` finds the RDF files of anybody, by their ``formats``; ``blank_nodes`` keeps labels apart over several files;
``graph_names`` says which graph statements go into.

Imports ``files`` of sources alone. Imported by ``read``, the checks and ``harvesting``.
"""
