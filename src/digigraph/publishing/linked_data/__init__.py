"""What the graph says of one thing, as data.

``data`` asks for it, ``writing`` makes bytes of it in any format, ``signposting`` is how programs find it.

Imports ``edition``.
"""
