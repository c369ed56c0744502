"""The graph as one reader is offered it.

``graph`` is the graph in a language, ``labels`` what its terms are called there (``terms.toml``: those of common
vocabularies), ``licences`` what may be done with it, ``paths`` where its kept states are.

Imports ``carried``. Every room above may import it.
"""
