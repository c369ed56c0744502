"""What was answered is kept, and what is asked already is not asked again.

``identity`` decides which answers are the same bytes, ``keeper`` keeps them, ``begun`` is a question that was asked
before the application was called.

Imports ``protocol``.
"""
