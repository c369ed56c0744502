"""What the dataset and its services are, for programs.

``offer`` knows what is published and where; ``void`` and ``catalog`` (DCAT) describe the dataset,
``service_description`` the endpoint. ``constructed`` makes a description a query, where the store has to be asked.

Imports ``linked_data``, ``edition`` and ``carried``.
"""
