"""What HTTP and the SPARQL 1.1 Protocol say, over values.

``parameters`` become a query; ``codings`` and ``conditions`` are what a client prefers and what it holds; ``headers``
are those that every response has.

Imports nothing of the other rooms; neither do ``language`` and ``observing``.
"""
