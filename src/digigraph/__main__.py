"""``python -m digigraph`` and the console script."""

from __future__ import annotations

from digigraph.cli.main import main

if __name__ == "__main__":
    main()
