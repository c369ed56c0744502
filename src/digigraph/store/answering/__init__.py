"""What every backend offers, and what all of them share, whoever computes the answer.

``backend`` is the contract: Query, Backend. An ``answer`` waits for its reader in a ``backlog``, with a ``room`` for
each client, and may be had twice (``copying``); ``awaiting`` is the wait for its beginning in an event loop. ``turns``
says whose query is next, ``cancellation`` takes one back, ``load`` tells how busy a store is, ``counting`` how much a
query gives.

Imports nothing of the other rooms. Every one may import it, and so may publishing, the web and the pipeline.
"""
