"""Backends over query processes: a query that goes wrong costs its own process and nothing else.

``pool`` asks those of the active snapshot, each ``generation`` of them on one; ``attending`` answers in the event loop
what is over soon. ``states`` asks kept states by name, ``aside`` a dataset that is not published. ``worker`` is the
program that runs in a process, behind ``isolation``; ``child`` is that process as its parent sees it, ``frames`` what
the two say to each other, ``back_off`` when a failed start is tried again.

Imports every room but ``remote``. Imported by ``opening``; the web knows ``states`` by type.
"""
