"""What pages say, in each of their languages; the words are in ``words.toml``."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@functools.cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return every phrase by its key and language."""
    text = resources.files("digigraph.web.language").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def say(key: str, language: str, **values: object) -> str:
    """Return a phrase in a language, with its words in braces filled in; of ``count`` 1 the phrase for one, if any.

    Raises
    ------
    KeyError
        There is no such phrase.
    """
    of_one = f"{key}_one"
    chosen = of_one if values.get("count") == 1 and of_one in words() else key
    return words()[chosen][language].format(**values)
