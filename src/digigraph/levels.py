"""How much each rule matters to one project: the table ``[rules]`` of ``digigraph.toml`` and ``validate --rule``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from digigraph.errors import SettingsError
from digigraph.findings import Severity
from digigraph.rules import SHAPE_PREFIX, rules
from digigraph.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from digigraph.findings import Finding
    from digigraph.rules import Rule

OFF = "off"
LEVELS = (OFF, *(each.label for each in Severity))
"""What a rule can be set to."""
UNREADABLE = "unreadable"
"""The rule of what could not be opened: it ends a run with another exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One rule set to one level.

    Parameters
    ----------
    rule
        Identifier of the rule; of shapes, ``shacl-`` and a name, in which ``*`` stands for any letters.
    level
        None where the rule is switched off.
    source
        Where it was set, for errors.
    """

    rule: str
    level: Severity | None
    source: str


@dataclass(frozen=True, slots=True)
class Levels:
    """The choices of a project or a run; where several speak of a rule, the last holds."""

    choices: tuple[Choice, ...] = ()

    def followed_by(self, others: Levels) -> Levels:
        """Return these choices, then those of others."""
        return Levels(self.choices + others.choices)

    def applied(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings with their levels, without those of rules that are off, in their order."""
        found = []
        for each in findings:
            choice = self._choice(each.rule)
            if choice is None:
                found.append(each)
            elif choice.level is not None:
                found.append(replace(each, severity=choice.level))
        return found

    def check_shapes(self, known: AbstractSet[str]) -> None:
        """Make sure that each choice about shapes speaks of one of those that there are.

        Raises
        ------
        SettingsError
            It does not; says which was meant.
        """
        for each in self.choices:
            if each.rule.startswith(SHAPE_PREFIX) and not any(fnmatchcase(name, each.rule) for name in known):
                raise SettingsError(
                    f"{each.source}: there is no shape for the rule {each.rule!r}.",
                    hint=did_you_mean(each.rule, known),
                )

    def is_off(self, rule: str) -> bool:
        """Tell whether a rule is switched off."""
        choice = self._choice(rule)
        return choice is not None and choice.level is None

    def _choice(self, rule: str) -> Choice | None:
        speaking = (each for each in reversed(self.choices) if fnmatchcase(rule, each.rule))
        return next(speaking, None)


DEFAULT_LEVELS = Levels()
"""Each rule as its table, or its shape, has it."""


def choice(
    rule: str, level: object, source: str, *, for_publishing: bool, known: Mapping[str, Rule] | None = None
) -> Choice:
    """Return a choice that can be made.

    Parameters
    ----------
    rule, level
        As written.
    source
        Where, for errors.
    for_publishing
        Whether it decides what is published, and not one report alone: then a fixed rule keeps its level.
    known
        The rules that there are; without it those for projects and files.

    Raises
    ------
    SettingsError
        There is no such rule or level, the rule is fixed, or it is one that nobody switches off.
    """
    table = rules() if known is None else known
    if rule not in table and not rule.startswith(SHAPE_PREFIX):
        raise SettingsError(
            f"{source}: there is no rule {rule!r}.",
            hint=did_you_mean(rule, table) or "Rules: docs/rules/; those of shapes begin with shacl-.",
        )
    if not isinstance(level, str) or level not in LEVELS:
        raise SettingsError(f"{source}: {rule} is {level!r}; it takes {', '.join(LEVELS[:-1])} or {LEVELS[-1]}.")
    severity = None if level == OFF else Severity.of(level)
    if for_publishing and rule in table and table[rule].is_fixed and severity is not table[rule].level:
        raise SettingsError(
            f"{source}: {rule} can be neither switched off nor lowered.",
            hint="What breaks it is left out of the graph, or would make the graph say what no source says. "
            "`digigraph validate --rule` leaves it out of one report.",
        )
    if severity is None and rule in table and table[rule].is_unread:
        raise SettingsError(
            f"{source}: {rule} cannot be switched off.",
            hint="A run that did not read everything must not say that all is well. "
            "Set to info it is told and does not fail.",
        )
    return Choice(rule=rule, level=severity, source=source)
