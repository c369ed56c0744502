"""Pages and what they share.

``rendering`` makes a page, in its language, and says where an IRI leads; ``linked_data`` is what things, documents and
the ontology share, ``query`` the page to ask on.

Imports ``replies`` and what is below it. Imported by ``routes``.
"""
