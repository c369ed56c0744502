"""The rules that no shape can say.

About texts and files: ``quotes``, ``evidence``, ``repetition``. About names: ``terms`` that do not exist, ``labels`` in
each language. About ``queries`` that are stored.

Imports nothing of the other rooms. Imported by ``check``, and ``terms`` by ``files``.
"""
