"""Connections of clients, and the way of a request from one to the application.

``connection`` is uvicorn's with bounds of ours, ``unread`` one that asks questions without having read them; ``places``
says how many there may be. ``gateway`` is the ASGI callable that they call: it answers by a shortcut, or calls Flask.

Imports ``shortcuts``, ``exchanges`` and what is below them. Imported by ``serve`` alone.
"""
