"""The prefixes that are declared where the engine goes on behind a mistake in a Turtle or TriG file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.rdf.engine_errors import first_error
from digigraph.sources.rdf.statements import is_directive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.sources.rdf.statements import Statement

_NOWHERE = "<x:>"
"""What a prefix stands for of which nobody can tell."""
_DECLARES = re.compile(r"((?:[^\W\d][\w.-]*)?+:)\s*+<")
_PREFIX = re.compile(r"prefix", re.IGNORECASE)
_ENDS_NAME = re.compile(r":[\s<]")
_LONGEST = 200_000
"""Characters that were passed over in which declarations are looked for."""


class Declared:
    """The prefixes that were declared, or may have been.

    Parameters
    ----------
    text
        The file.

    Attributes
    ----------
    is_all
        Whether no declaration was lost: what is not among them is not declared.
    """

    def __init__(self, text: str) -> None:
        self.is_all = True
        self._text = text
        self._iris: dict[str, str] = {}

    def __str__(self) -> str:
        """Return their declarations."""
        return "".join(f"@prefix {name} {iri} . " for name, iri in self._iris.items())

    def read(self, statement: Statement) -> None:
        """Take what a statement declares."""
        if (declared := statement.declared(len(self._text))) is not None:
            self._iris[declared[0]] = declared[1] or _NOWHERE

    def undeclared(self, name: str, token: str) -> None:
        """Take a prefix as declared, so that it is told once; ``token`` is where it was used."""
        self._iris[name] = _NOWHERE
        # A name that is a prefix alone may be what is left of a declaration.
        self.is_all = self.is_all and token != name

    def lost(self, statement: Statement, until: int, begin: int, end: int) -> None:
        """Take what a statement declares that could be read up to an offset, and what stands between two others."""
        declared = statement.declared(until)
        if is_directive_begun := bool(statement.head) and is_directive(statement.head[0]):
            # Where no colon and space stand behind the name of a prefix, it may be another.
            name = statement.head[1] if len(statement.head) > 1 else None
            is_name = name is not None and _ENDS_NAME.match(self._text, name.end - 1) is not None
            self.is_all = self.is_all and is_name and declared is not None
        if declared is not None:
            self._add([declared[0]], declared[1] or _NOWHERE)
        self._add(statement.may_declare)
        self._add(_DECLARES.findall(self._text, begin, min(end, begin + _LONGEST)))
        directives = sum(1 for _ in _PREFIX.finditer(self._text, begin, end))
        if statement.is_misspelt or directives > is_directive_begun:
            self.is_all = False

    def _add(self, names: Iterable[str], iri: str = _NOWHERE) -> None:
        for name in names:
            if name not in self._iris and _is_prefix(name):
                self._iris[name] = iri


def _is_prefix(name: str) -> bool:
    """Whether a prefix can be declared."""
    return first_error(f"@prefix {name} {_NOWHERE} .", rdf_format=ox.RdfFormat.TURTLE, base_iri=_NOWHERE[1:-1]) is None
