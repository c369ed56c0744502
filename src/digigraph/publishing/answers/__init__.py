"""Answers to queries of readers, beyond what the store answers by itself.

``table`` is the beginning of one for people, ``results`` a whole one that can be proved to be the same later,
``graph_store`` a graph of the dataset under its own name.

Imports ``linked_data``. ``results`` is imported by redaction, which proves results anew.
"""
