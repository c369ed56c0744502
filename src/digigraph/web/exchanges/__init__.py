"""One request and its reply, between an ASGI server and a WSGI application.

``asgi`` and ``wsgi`` are the two sides; ``exchange`` is a request with the way to answer it, ``bodies`` takes in what
it carries, ``delivery`` sends replies. ``clients`` says who asks, ``framing`` what HTTP forbids, ``departure`` that a
client has left.

Imports ``keeping``, ``protocol`` and ``observing``. The application knows of it what stands in the WSGI environment.
"""
