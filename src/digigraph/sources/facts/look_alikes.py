"""Characters that look alike: what people compare with their eyes is the same, and is not found."""

from __future__ import annotations

import re
import unicodedata

from digigraph.suggestions import named

_GROUPS = (
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    "'`\u00b4\u02bc\u2018\u2019\u201b",
    '"\u00ab\u00bb\u201c\u201d\u201e',
    # Letters of Latin, Cyrillic and Greek.
    *("A\u0410\u0391", "B\u0412\u0392", "C\u0421", "E\u0415\u0395", "H\u041d\u0397", "I\u0406\u0399", "J\u0408"),
    *("K\u041a\u039a", "M\u041c\u039c", "N\u039d", "O\u041e\u039f", "P\u0420\u03a1", "S\u0405", "T\u0422\u03a4"),
    *("X\u0425\u03a7", "Y\u03a5", "Z\u0396", "a\u0430", "c\u0441", "e\u0435", "i\u0456", "j\u0458", "o\u043e\u03bf"),
    *("p\u0440", "s\u0455", "x\u0445", "y\u0443"),
)
_ALIKE = {each: f"[{re.escape(group)}]" for group in _GROUPS for each in group}
_UNSEEN = "[\u00ad\u200b-\u200f\u2060\ufeff]*"
"""Format characters that may stand in a word: the soft hyphen, spaces and joiners without width."""
_LONGEST = 2_000
"""Characters of a quote above which nobody looks for what is like it."""


def difference(quote: str, text: str) -> str | None:
    """Return in what a quote differs from words of a text that look the same; None where there are none.

    Parameters
    ----------
    quote, text
        In normal form.
    """
    if len(quote) > _LONGEST:
        return None
    found = re.search(_UNSEEN.join(_ALIKE.get(each) or re.escape(each) for each in quote), text)
    if found is None or found.group() == quote:
        return None
    same, said, written = next(
        (at, said, written)
        for at, (said, written) in enumerate(zip(found.group(), quote, strict=False))
        if said != written
    )
    before = f"behind {quote[:same][-20:]!r}" if same else "at the beginning"
    if unicodedata.category(said) == "Cf":
        escape = f"\\u{ord(said):04x}"
        return f'The text has {named(said)}, which nobody sees, {before}. Write {escape} there, in a text in "…".'
    return f"Write {named(said)} {before}, as in the text, instead of {named(written)}, which looks like it."
