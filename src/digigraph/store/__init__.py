"""Hold snapshots and answer queries.

:mod:`~digigraph.store.opening` chooses which store answers: the file to open first. Below it are the rooms, a line
importing only what stands below it (import-linter holds it; each room's own words say what is in it):

=========================  =========================================================================================
``processes | remote``     who answers: query processes over a snapshot, or someone else's endpoint
``engine | snapshots``     one query on one store, as SPARQL 1.1 means it; the states of the graph on disk
``admission``              what a query must pass, whoever answers
``answering | results``    what is asked, answered and waited for; the bytes of an answer
``disk``                   durable writes, locks, and the disk's errors in our words
=========================  =========================================================================================
"""
