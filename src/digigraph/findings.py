"""Findings: something a person should look at, and where."""

from __future__ import annotations

import enum
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


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


class Precision(enum.Enum):
    """What stands at a location: never a guess, so the less that is known the coarser it is."""

    VALUE = "value"
    """The very words that are at fault begin there."""
    NODE = "node"
    """The node begins there that has the fault: what misses a value, or whose value's own place is not known."""
    FILE = "file"
    """The fault is somewhere in the file."""


@dataclass(frozen=True, order=True, slots=True)
class Location:
    """A place in a file.

    Parameters
    ----------
    path
        Relative to the project folder, with ``/``; as it was named on the command line for files outside a project.
    line, column
        Where it begins: 1-based, in code points; 0 where only the file is known.
    end_line, end_column
        The first place behind it; 0 where that is not known.
    of_node
        Whether the node stands there, and not the value.
    """

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    of_node: bool = False

    @property
    def precision(self) -> Precision:
        """What stands there."""
        if not self.line:
            return Precision.FILE
        return Precision.NODE if self.of_node else Precision.VALUE

    def __str__(self) -> str:
        """The place as editors and terminals understand it: ``path:line:column``."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


_SHOWN = 3
"""Further places of a finding that are named in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeResult:
    """The parts of a ``sh:ValidationResult`` (SHACL, section 3.6.2), as Turtle.

    Parameters
    ----------
    focus, value, shape, constraint
        Terms as in N-Triples; a blank node keeps its label within one run. Queries are constraints.
    path
        Path as in a shapes graph: an IRI, a list, or ``[ sh:inversePath … ]``; None for a result without one.
    severity, component
        IRIs; a shape may have a severity of its own.
    messages
        Pairs of language tag (empty for none) and text.
    times
        How many such results there are: SHACL has one for each way in which a value breaks a shape; 0 where another
        finding is of the same result.
    details
        The results of inner shapes that led to it, by themselves no results (section 3.6.2.8).
    """

    focus: str
    path: str | None
    value: str | None
    shape: str | None
    severity: str
    component: str
    messages: tuple[tuple[str, str], ...]
    times: int = 1
    constraint: str | None = None
    details: tuple[ShapeResult, ...] = ()

    def respelt(self, spell: Callable[[str], str]) -> ShapeResult:
        """Return the result with its IRIs spelt otherwise; a value that is a literal stays what it is."""

        def spelt(term: str | None) -> str | None:
            return term if term is None or term.startswith('"') else spell(term)

        return replace(
            self,
            focus=spelt(self.focus) or self.focus,
            path=spelt(self.path),
            value=spelt(self.value),
            shape=spelt(self.shape),
            constraint=spelt(self.constraint),
            messages=tuple((language, spell(text)) for language, text in self.messages),
            details=tuple(each.respelt(spell) for each in self.details),
        )


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
    path
        The property concerned, or the SPARQL property path, with prefixes where they are known.
    quote
        The quoted sentence concerned, where there is one.
    result
        What a shape said, where a shape speaks.
    also
        Where else the same is written, in order: who corrects one place only would be told of the next only then.
    named
        The files that message or hint name, as they stand there.
    """

    rule: str
    severity: Severity
    message: str
    location: Location
    hint: str | None = None
    subject: str | None = None
    path: str | None = None
    quote: str | None = None
    result: ShapeResult | None = None
    also: tuple[Location, ...] = ()
    named: tuple[str, ...] = ()

    def renamed(self, rename: Callable[[str], str]) -> Finding:
        """Return the finding with its files under other names, also those that stand in its words."""

        def at(place: Location) -> Location:
            return replace(place, path=rename(place.path))

        def said(text: str) -> str:
            longest_first = sorted(self.named, key=len, reverse=True)
            return (
                re.sub("|".join(map(re.escape, longest_first)), lambda path: rename(path[0]), text)
                if self.named
                else text
            )

        return replace(
            self,
            message=said(self.message),
            hint=said(self.hint) if self.hint is not None else None,
            location=at(self.location),
            also=tuple(map(at, self.also)),
            named=tuple(map(rename, self.named)),
        )

    def respelt(self, spell: Callable[[str], str]) -> Finding:
        """Return the finding with its IRIs spelt otherwise, also those that stand in its words."""

        def spelt(text: str | None) -> str | None:
            return text if text is None else spell(text)

        return replace(
            self,
            message=spell(self.message),
            hint=spelt(self.hint),
            subject=spelt(self.subject),
            path=spelt(self.path),
            result=self.result.respelt(spell) if self.result is not None else None,
        )

    @property
    def elsewhere(self) -> str | None:
        """The other places in words; None where there is none."""
        if not self.also:
            return None
        more = f" and {len(self.also) - _SHOWN} more" if len(self.also) > _SHOWN else ""
        return f"Also at {', '.join(map(str, self.also[:_SHOWN]))}{more}."


def in_source_order(findings: list[Finding]) -> list[Finding]:
    """Return the findings by file, line and column, each once; a result of a shape knows how often it was there."""
    unique = [_counted(found, times) for found, times in Counter(findings).items()]
    # The last for what is alike in all that is read: engines report in no order.
    return sorted(
        unique, key=lambda found: (found.location, -found.severity, found.rule, found.message, repr(found.result))
    )


def _counted(finding: Finding, times: int) -> Finding:
    if finding.result is None or times == 1:
        return finding
    return replace(finding, result=replace(finding.result, times=times * finding.result.times))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one check of a list that is gone through as a whole.

    Parameters
    ----------
    rule
        Its identifier.
    group
        The part of the list that it belongs to.
    passed
        Whether the rule holds; None where it was not checked.
    reason
        Why it was not checked; where the rule holds, what could be better.
    """

    rule: str
    group: str
    passed: bool | None
    reason: str = ""
