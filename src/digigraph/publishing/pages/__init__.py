"""What the pages show to people, as values: the templates of the web write them.

``entities`` tells of a thing and ``documents`` of a source, each statement with the ``sentences`` that say it;
``marking`` cuts a text where they begin and end. ``overview``, ``contents`` and ``ontology`` are about the whole graph,
``examples`` its stored queries. ``picture`` is a thing's neighbourhood, and ``drawing`` draws it.

Imports ``edition`` and ``carried``.
"""
