"""An answer as bytes: what each format can say, and how the engine's bytes become ours.

``output`` is where the engine writes, ``csv_results`` the one format that is written here, ``expressible`` refuses what
a format has no way to write, ``rows`` counts the rows that pass.

Imports nothing of the other rooms. Imported by ``engine`` and ``remote``, and by publishing for the files it writes.
"""
