"""Queries that no machine ever comes to the end of, over the 73 statements of ``nquads``."""

from __future__ import annotations

_EACH = range(6)
PATTERNS = " . ".join(f"?a{number} ?b{number} ?c{number}" for number in _EACH)
"""Patterns with 73 to the power of 6 solutions."""
ENDLESS = f"SELECT (COUNT(*) AS ?n) WHERE {{ {PATTERNS} }}"
ENDLESS_ROWS = f"SELECT * WHERE {{ {PATTERNS} }}"
_SOLUTION = ", ".join(f"STR(?a{number}), STR(?c{number})" for number in _EACH)
BEGUN = f'SELECT * WHERE {{ {PATTERNS} FILTER(STRENDS(MD5(CONCAT({_SOLUTION})), "00")) }}'
"""Its answer begins soon, and has few rows: one solution in 256, wherever they come."""
