"""What commands that write reports have in common: options, levels of rules, colour."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click

from digigraph.findings import Finding, Severity
from digigraph.levels import Levels, choice
from digigraph.reports.excerpts import excerpts_of
from digigraph.reports.text import text_report
from digigraph.rules import Rule
from digigraph.settings import Settings

FAIL_ON = [*(each.label for each in sorted(Severity, reverse=True)), "never"]
"""``--fail-on``."""


def levels_of(written: tuple[str, ...], known: Mapping[str, Rule]) -> Levels:
    """Return what --rule says.

    Parameters
    ----------
    written
        Values of the option.
    known
        The rules that there are.

    Raises
    ------
    click.BadParameter
        A value has not the form of one.
    SettingsError
        It names no rule or level.
    """
    choices = []
    for each in written:
        rule, equals, level = each.rpartition("=")
        if not equals:
            raise click.BadParameter(f"{each!r} is not ID=LEVEL.", param_hint="--rule")
        choices.append(choice(rule, level, f"--rule {each}", known=known, for_publishing=False))
    return Levels(tuple(choices))


def refusal_report(findings: Sequence[Finding], settings: Settings) -> str:
    """Return what people are told of findings that stand in the way, with the lines they point to."""
    return text_report(findings, excerpts=excerpts_of(settings.project, findings))


def is_terminal() -> bool:
    """Tell whether stdout is one."""
    return sys.stdout is not None and sys.stdout.isatty()
