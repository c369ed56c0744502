"""What the graph was, and how it became what it is.

``states`` describes those that are kept, ``changes`` tells people what each changed, ``event_stream`` the programs
that follow the graph (LDES).

Imports ``descriptions``, ``linked_data`` and ``edition``.
"""
