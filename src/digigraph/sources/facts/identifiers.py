"""Identifiers of registers that name a thing by an IRI: their forms, and the characters that check the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from digigraph.iris import slugify
from digigraph.sources.facts.values import shown
from digigraph.sources.files.records import Malformed, Scalar
from digigraph.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.sources.files.records import Node

_ROR_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, by which ROR writes numbers."""


class Scheme(NamedTuple):
    """How a register writes an identifier.

    Parameters
    ----------
    pattern
        What is written, as a regular expression that ECMAScript understands too.
    words, example
        The same in words, and how one looks.
    core
        What tells it from all others, wherever it stands in what somebody wrote.
    written
        What is written, of that core.
    iri
        The IRI that it is, of what is written.
    checks
        Whether the last characters of a core fit the others.
    """

    pattern: str
    words: str
    example: str
    core: str
    written: Callable[[re.Match[str]], str]
    iri: str = "{}"
    checks: Callable[[str], bool] = bool


def _orcid_fits(core: str) -> bool:
    """ISO/IEC 7064, MOD 11-2 (https://support.orcid.org, “Structure of the ORCID Identifier”)."""
    digits = [10 if each == "X" else int(each) for each in core if each != "-"]
    total = 0
    for each in digits[:-1]:
        total = (total + each) * 2
    return (12 - total % 11) % 11 == digits[-1]


def _ror_fits(core: str) -> bool:
    """ISO/IEC 7064, MOD 97-10, over the number (https://ror.readme.io/docs/identifier)."""
    number = 0
    for each in core[:-2]:
        number = number * 32 + _ROR_DIGITS.index(each)
    return 98 - number * 100 % 97 == int(core[-2:])


_DOI = Scheme(
    r"^https://doi\.org/10\.[0-9]{4,9}/[^\s<>\"{}|\\^`]+$",
    "a DOI as its address",
    "the whole of https://doi.org/10.…",
    r"10\.[0-9]{4,9}/[^\s<>\"{}|\\^`]+",
    lambda core: f"https://doi.org/{core[0]}",
)
SCHEMES = {
    "ror": Scheme(
        r"^https://ror\.org/0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}$",
        "a ROR identifier as its address",
        "https://ror.org/ and nine characters, the first of them 0",
        r"(?<![0-9a-z])0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}(?![0-9a-z])",
        lambda core: f"https://ror.org/{core[0]}",
        checks=_ror_fits,
    ),
    "wikidata": Scheme(
        r"^Q[1-9][0-9]*$",
        "the number of an item of Wikidata",
        "Q and digits, such as Q854280",
        r"(?<![0-9A-Za-z])[Qq]([1-9][0-9]*)(?![0-9A-Za-z])",
        lambda core: f"Q{core[1]}",
        iri="http://www.wikidata.org/entity/{}",
    ),
    "crossref-funder": _DOI,
    "orcid": Scheme(
        r"^https://orcid\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$",
        "an ORCID as its address",
        "https://orcid.org/ and four groups of four digits, such as 0000-0002-1825-0097",
        r"(?<![0-9])([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{3}[0-9Xx])(?![0-9A-Za-z])",
        lambda core: f"https://orcid.org/{'-'.join(core.groups()).upper()}",
        checks=_orcid_fits,
    ),
    "doi": _DOI,
}
"""Schemes whose identifiers name the thing itself by an IRI."""


def same_as(scheme: str, scalar: Scalar) -> ox.NamedNode | None:
    """Return the IRI that an identifier is; None for one of another scheme.

    Raises
    ------
    Malformed
        It has not the form of its scheme, or a character of it is wrong.
    """
    known = SCHEMES.get(scheme)
    if known is None:
        return None
    core = re.search(known.core, scalar.text)
    meant = known.written(core) if core else None
    misfit = meant is not None and not known.checks(meant.rpartition("/")[2])
    if not re.search(known.pattern, scalar.text):
        hint = f"Write {known.example}. {_mistyped(scheme)}" if misfit else f"Write {meant or known.example}."
        raise Malformed("identifier", f"{shown(scalar)!r} is not {known.words}.", scalar.location, hint=hint)
    if misfit:
        message = f"{shown(scalar)!r} has a wrong character: the last ones check the others, and do not fit them."
        raise Malformed("identifier", message, scalar.location, hint=_mistyped(scheme))
    return ox.NamedNode(known.iri.format(scalar.text))


def misnamed_scheme(scheme: Node | None, value: Node | None) -> None:
    """Make sure that a scheme is not a misspelt one of those whose identifiers name a thing.

    Schemes of other registers are free: only where the value is an identifier of such a scheme it is told.

    Raises
    ------
    Malformed
        It is.
    """
    if not isinstance(scheme, Scalar) or not isinstance(value, Scalar) or slugify(scheme.text) in SCHEMES:
        return
    fitting = [name for name, known in SCHEMES.items() if _fits(known, value.text)]
    if nearest(scheme.text, fitting):
        message = f"There is no scheme {shown(scheme)!r} that links a thing to its IRI."
        hint = f"Write {' or '.join(fitting)}, as whose identifier the value is written."
        raise Malformed("identifier", message, scheme.location, hint=hint)


def scheme_beside(scalar: Scalar) -> None:
    """Make sure that an identifier that is written as text is none of a scheme that is known.

    Raises
    ------
    Malformed
        It is an IRI that names the thing itself: as text it would link the thing to nothing.
    """
    fitting = [
        name for name, known in SCHEMES.items() if "://" in scalar.text and re.search(known.pattern, scalar.text)
    ]
    if fitting:
        message = f"{shown(scalar)!r} stands without its scheme."
        hint = f'Write {{scheme: {" or ".join(fitting)}, value: "{shown(scalar)}"}}.'
        raise Malformed("identifier", message, scalar.location, hint=hint)


def _fits(known: Scheme, text: str) -> bool:
    core = re.search(known.core, text)
    return core is not None and known.checks(known.written(core).rpartition("/")[2])


def _mistyped(scheme: str) -> str:
    return f"Look it up again at {scheme}.org, and copy it from there: a character is wrong, or two are exchanged."
