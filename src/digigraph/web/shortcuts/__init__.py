"""Requests that are answered without the application, with the bytes that it would have sent.

``replies`` gives whole replies again; ``plain`` answers plain questions in the event loop, ``asking`` those whose head
a connection has seen before.

Imports ``site`` and what is below it. Imported by ``server``.
"""
