"""What people read: in the language they prefer.

``words`` are the phrases of pages (``words.toml``), ``readable`` shows literals, ``preferred`` chooses the language.

Imports nothing of the other rooms.
"""
