"""Facts files and the texts they quote: what is said, where it is written, and the words that say it.

``reading`` reads a facts file beside its ``documents``, the captured text. Each of its ``claims`` is a subject, a
property and one of the ``values`` that people write, as ``assertions``; its quote is looked for by ``passages``, which
asks ``quoting`` where words stand in a text; ``filed_twice`` finds the same text again, and ``cut_texts`` what comments
cut. ``nodes`` takes values with parts apart, ``identifiers`` knows the forms of registers, ``languages`` the tags of
languages, ``advice`` says what to write instead of a value of another form, ``commas`` knows the numbers that commas
part, ``misplaced`` where keys belong that stand where they say nothing, and ``misnamed`` keeps names that stand where
slugs must, until it is known what they mean.

Imports ``ontology``, ``yaml`` and ``files``. Imported by ``read``, the dataset, the checks and redaction.
"""
