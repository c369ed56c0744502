"""Take something back: out of every kept state, and on the list by which no publication brings it back.

The list is written first. From then on each step may be the last: whoever comes next, a publication or another
``redact``, does what is missing. A state is whole at any time, the one before or the one after.
"""
