"""What is told of each exchange: ``record`` holds it, ``logs`` writes it, ``metrics`` counts.

Imports nothing of the other rooms.
"""
