"""What was checked of a server, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.findings import Finding, Location, Outcome
from digigraph.harvesting.exchange import Elsewhere, FetchFailed
from digigraph.rules import harvest_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOTHING = "What it needs was not found."
_MOST = 20
"""Problems of one rule that are told: a server that breaks it everywhere is told so by fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One way in which a rule is broken: at which URL, what is wrong, what to do, which thing it is about."""

    url: str
    message: str
    hint: str | None = None
    subject: str | None = None


class Record:
    """Notes the outcome of each check; a rule of which nothing is noted could not be checked."""

    def __init__(self) -> None:
        self._problems: dict[str, list[Problem]] = {}
        self._reasons: dict[str, str] = {}
        self._notes: dict[str, list[str]] = {}

    def check(self, rule: str, problems: Iterable[Problem]) -> bool:
        """Find the problems of a rule, and note them.

        Parameters
        ----------
        rule
            Its identifier.
        problems
            Found while they are asked for; an answer that does not come is a problem too. Where one would have to be
            asked for at another server, the rule is not checked.

        Returns
        -------
        bool
            Whether the rule holds.

        Raises
        ------
        LimitReached
            The run may ask no more; the rule is not checked.
        """
        found: list[Problem] = []
        try:
            for each in problems:
                found.append(each)
                if len(found) == _MOST:
                    break
        except Elsewhere as error:
            if not found:
                self.skip(rule, reason=f"{error.message} See --allow-origin and --instead.")
                return False
        except FetchFailed as error:
            found.append(Problem(url=error.url, message=error.message, hint=error.hint))
        self._problems.setdefault(rule, []).extend(found)
        return not found

    def skip(self, *rules: str, reason: str) -> None:
        """Note why rules are not checked."""
        for rule in rules:
            self._reasons.setdefault(rule, reason)

    def note(self, rule: str, text: str) -> None:
        """Note what could be better where a rule holds; of many such notes the first count."""
        notes = self._notes.setdefault(rule, [])
        if len(notes) < _MOST:
            notes.append(text)

    def outcomes(self) -> list[Outcome]:
        """Return what came of each rule, in the order of the table."""
        return [
            Outcome(
                rule=name,
                group=rule.group,
                passed=None if name not in self._problems else not self._problems[name],
                reason=self._reason(name),
            )
            for name, rule in harvest_rules().items()
        ]

    def _reason(self, name: str) -> str:
        if name in self._problems:
            return "" if self._problems[name] else " ".join(self._notes.get(name, ()))
        return self._reasons.get(name, _NOTHING)

    def findings(self) -> list[Finding]:
        """Return what is wrong, in the order of the table."""
        return [
            Finding(
                rule=name,
                severity=rule.level,
                message=each.message,
                location=Location(each.url),
                hint=each.hint or rule.help,
                subject=each.subject,
            )
            for name, rule in harvest_rules().items()
            for each in dict.fromkeys(self._problems.get(name, ()))
        ]
