"""The texts of source documents as a snapshot carries them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Run = tuple[int, str]
"""A piece of what a reader sees, and the code point of the stored text at which it begins."""


def text_file(slug: str, version: str) -> str:
    """Return the name of the file in which a snapshot carries the text of a document version."""
    return f"texts/{slug}_{version}.json"


def text_of(file: str) -> str:
    """Return ``{slug}_{version}`` of the file of a text; empty for other files."""
    is_text = file.startswith("texts/") and file.endswith(".json")
    return file.removeprefix("texts/").removesuffix(".json") if is_text else ""


def encode_text(runs: Sequence[Run]) -> bytes:
    """Return the runs of a text as a snapshot carries them: JSON, ``[[start, text], …]``."""
    return json.dumps(runs, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode_text(content: bytes) -> list[Run]:
    """Return the runs that :func:`encode_text` wrote."""
    return [(start, text) for start, text in json.loads(content)]
