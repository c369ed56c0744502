"""What every format stands on: files, and what is read of them.

``disk`` lists the files that a graph is made of and reads them, within limits; ``state`` says whether they are as they
were; ``kept`` is what an earlier run has worked out of them. ``records`` are the trees that files are read into, and
what is noted on the way; ``positions`` turn offsets into lines and columns.

Imports nothing of the other rooms.
"""
