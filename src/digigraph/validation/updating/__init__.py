"""After a change only that is checked anew which it can matter to.

``update`` brings an earlier report up to date. ``reach`` knows what shapes can read, by paths and by the ``patterns``
of their queries; ``neighbourhood`` is the part of a data graph that is read so.

Imports ``shacl``. Imported by ``engine``.
"""
