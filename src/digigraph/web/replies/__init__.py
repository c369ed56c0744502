"""From what is answered to a response of Flask.

``answers`` replies with an answer of the store or with what is kept of it, ``files`` with files, ``problems`` with what
went wrong; ``sending`` gives every response its headers, and a coding.

Imports ``site`` and what is below it.
"""
