"""What search engines and other crawlers find.

``sitemap`` lists the pages and ``modified`` says when each changed last; ``schema_org`` is what a page embeds for them.

Imports ``descriptions``, ``linked_data`` and ``edition``.
"""
