"""YAML files as trees with places, also where they break the rules of YAML.

``parsing`` reads a file. Where that fails its layout is mended (``mending``), then each of its ``entries`` is tried
alone; ``characters`` and ``keys`` tell what YAML itself would refuse, or take in silence.

Imports ``files``.
"""
