"""YAML files as trees with places, also where they break the rules of YAML.

``parsing`` reads a file. Where it breaks the rules of YAML its layout is mended (``mending``): its ``lines`` are told
apart; each is placed among the ``levels`` of what its kind of file has, by the keys of its ``layouts``; ``indenting``
and ``repairs`` of values make a text of them that can be parsed, by ``edits`` that keep places. ``complaints`` are the
parser's, in words; ``characters``, ``conflicts`` and ``keys`` tell what YAML itself would refuse, or take in silence.

Imports ``files``.
"""
