"""Findings: something a person should look at, and where."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Self


class Severity(enum.IntEnum):
    """How much a finding matters; the names are those of SHACL."""

    INFO = 1
    WARNING = 2
    VIOLATION = 3

    @property
    def label(self) -> str:
        """The name in lower case, as printed and as written on the command line."""
        return self.name.lower()

    @classmethod
    def of(cls, label: str) -> Self:
        """Return the severity with that label; KeyError for any other word."""
        return cls[label.upper()]


@dataclass(frozen=True, order=True, slots=True)
class Location:
    """A place in a file.

    Parameters
    ----------
    path
        Relative to the project folder, with ``/``.
    line, column
        1-based, in code points; 0 where only the file is known.
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """The place as editors and terminals understand it: ``path:line:column``."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at.

    Parameters
    ----------
    rule
        Identifier of the check that speaks, such as ``quote-not-found``.
    severity
        :class:`Severity`.
    message
        One sentence saying what is wrong.
    location
        Where; the line of the fact wherever a fact is to blame.
    hint
        What to write instead, where that is known.
    subject
        IRI of the thing concerned, where there is one.
    quote
        The quoted sentence concerned, where there is one.
    """

    rule: str
    severity: Severity
    message: str
    location: Location
    hint: str | None = None
    subject: str | None = None
    quote: str | None = None


def in_source_order(findings: list[Finding]) -> list[Finding]:
    """Return the findings by file, line and column, each once."""
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda found: (found.location, -found.severity, found.rule, found.message))
