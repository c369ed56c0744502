"""The endpoints of others: one that answers for us, and those that SERVICE may name.

``endpoint`` is the backend over one, ``exchange`` asks one question over HTTP (the door of requests), ``received``
looks at what comes while it is passed on. ``federation`` is the one way by which the engine reaches endpoints.

Imports ``admission``, ``results`` and ``answering``; knows neither snapshots nor processes. Imported by ``opening``,
and only when it is asked for, for the HTTP client takes long to load.
"""
