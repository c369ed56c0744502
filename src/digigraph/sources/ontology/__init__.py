"""What the ontology of a project says to the reader of its facts.

``terms`` are the words of facts files, as the context has them; ``described`` is what the ontology says of them to
people, and ``domains`` what a property may be said of; ``names`` finds what somebody may have meant who wrote another
name.

Imports ``files``.
"""
