"""A dataset against shapes, and what is said of it.

``checking`` asks the ``engine`` and tells what is wrong with the shapes themselves; ``results`` gives each result its
place in the sources, ``consequences`` leaves out what a mistake that is told already has caused.

Imports ``engine``, ``updating`` and ``shacl``. Imported by ``check`` and ``files``.
"""
