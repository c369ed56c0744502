"""What stands in shapes and in validation reports, by the standard.

``paths`` and ``targets`` lead from shapes to nodes, ``prefixes`` are those of queries, ``messages`` what shapes say,
``report_graph`` is a report.

Imports nothing of the other rooms.
"""
