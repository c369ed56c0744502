"""What a query must pass before any engine sees it, and what its author is told of it.

``guarded`` puts the ``guard``, which decides by tokens, in front of any backend; ``mistakes`` says what is wrong with a
query that is no SPARQL; ``doors`` are the IRIs by which SERVICE leads to the endpoints that are allowed.

Imports ``answering``. ``engine`` and ``remote`` import ``mistakes`` and ``doors``; ``opening`` puts up the guard.
"""
