"""The states of the graph on disk: immutable snapshots, one of them active, and what is known of the others.

``catalog`` draws the folder, and makes, activates and prunes. ``making`` makes one (``loading`` the quads, ``files``,
``dumps``), ``verifying`` reads it again, ``opened`` is one as readers meet it. ``change_log`` logs how each state came
from the one before (``change`` says it), ``permalinks`` what cites results in a state, ``gone`` what is not kept any
longer; ``redacted`` notes what was taken back, and ``rewriting`` puts states without it in the place of others.

Imports ``answering``, for what a permalink cites. Imported by ``processes``, which serve the active one, and by who
shows or changes states: publishing, the web, redaction, the pipeline and the command line.
"""
