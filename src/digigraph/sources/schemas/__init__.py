"""JSON Schemas for what people write in YAML, by which editors complete and explain as one types.

``making`` makes them of the ontology and the things of a project; ``forms`` says what each form of value looks like.

Imports ``redactions``, ``facts`` and ``ontology``. Imported by the pipeline.
"""
