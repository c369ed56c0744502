"""The graph as it is published on the web, and the request that is being answered.

``published`` is the graph with its settings and who answers; ``answering`` finds it for a request and asks it,
``running`` holds the queries that are being answered, ``addresses`` lead from here. ``states`` are the same of every
kept state, ``memento`` is how clients find them by date.

Imports ``exchanges`` and what is below it. Imported by everything above.
"""
