"""Files that a snapshot carries beside its dataset, made at publication.

``dumps`` are the dataset in every format, ``texts`` what a reader sees of the documents, ``retired`` the IRIs that are
not known any longer.

Imports nothing of the other rooms. Imported by the pipeline and redaction too, which write these files.
"""
