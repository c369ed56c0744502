"""Which of the languages of pages a browser prefers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.media import weights_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def preferred(accept_language: str, offered: Sequence[str]) -> str:
    """Choose by lookup (RFC 4647, section 3.4): ``en-GB`` stands for ``en`` too; the first offered where nothing fits.

    In time that grows no faster than sorting does, for the header comes from anybody.

    Parameters
    ----------
    accept_language
        The header (RFC 9110, section 12.5.4); empty where it says nothing. Of equal weights the first counts.
    offered
        Languages without regions, the default first.
    """
    weights = weights_of(accept_language)
    taken = [each for each in offered if weights.get(each, 1.0) > 0]
    for asked in sorted(weights, key=lambda name: -weights[name]):
        found = taken[0] if asked == "*" and taken else asked.partition("-")[0]
        if weights[asked] > 0 and found in taken:
            return found
    return offered[0]
