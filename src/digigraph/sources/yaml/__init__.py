"""YAML files as trees with places, also where they break the rules of YAML.

``parsing`` reads a file. Where it breaks the rules of YAML its layout is mended (``mending``): its ``lines`` are told
apart; ``placing`` finds for each the list or mapping that it belongs to, by the keys that ``layouts`` knows of its kind
of file; ``indenting`` and ``repairs`` of values make a text of them that can be parsed, by ``edits`` that keep places.
``complaints`` are the parser's, in words; ``characters``, ``bullets``, ``conflicts`` and ``keys`` tell what YAML itself
would refuse, or take in silence.

Imports ``files``.
"""
