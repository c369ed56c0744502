"""``harvest-check``: what a harvester meets at a server of anybody."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

import click

from digigraph.cli.output import FILE, write_output
from digigraph.cli.reporting import FAIL_ON, is_terminal, levels_of
from digigraph.findings import Severity
from digigraph.harvesting.check import harvest_check as check
from digigraph.harvesting.client import Bounds, Reach
from digigraph.harvesting.exchange import absolute
from digigraph.levels import LEVELS
from digigraph.reports.formats import REPORTS, Presentation
from digigraph.rules import harvest_rules

_DEFAULTS = Bounds()


@click.command("harvest-check")
@click.argument("url")
@click.option("--format", "format_", type=click.Choice(list(REPORTS)), default="text", help="Of the report.")
@click.option("--output", type=FILE, help="File for the report; stdout without it.")
@click.option(
    "--fail-on", type=click.Choice(FAIL_ON), default="violation", help="Lowest severity that makes the exit code 1."
)
@click.option(
    "--rule",
    "rules",
    metavar="ID=LEVEL",
    multiple=True,
    help=f"Set a rule to {', '.join(LEVELS)}; repeatable, the last holds.",
)
@click.option("--allow-origin", "origins", metavar="URL", multiple=True, help="Another server to ask; repeatable.")
@click.option(
    "--instead",
    metavar="PREFIX=URL",
    multiple=True,
    help="Ask at URL for what begins with PREFIX: a server not reached under its public name; repeatable.",
)
@click.option("--max-requests", type=click.IntRange(min=1), default=_DEFAULTS.requests, show_default=True)
@click.option("--max-megabytes", type=click.FloatRange(min=0.1), default=_DEFAULTS.megabytes, show_default=True)
@click.option("--max-seconds", type=click.FloatRange(min=1), default=_DEFAULTS.seconds, show_default=True)
@click.option(
    "--answer-seconds",
    type=click.FloatRange(min=0.1),
    default=_DEFAULTS.answer_seconds,
    show_default=True,
    help="For one answer.",
)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    default=_DEFAULTS.delay,
    show_default=True,
    help="Seconds between requests; robots.txt may ask for more.",
)
def harvest_check(  # noqa: PLR0913, PLR0917 - one parameter an option
    url: str,
    format_: str,
    output: Path | None,
    fail_on: str,
    rules: tuple[str, ...],
    origins: tuple[str, ...],
    instead: tuple[str, ...],
    *,
    max_requests: int,
    max_megabytes: float,
    max_seconds: float,
    answer_seconds: float,
    delay: float,
) -> None:
    """Play the harvester against the server at URL: descriptions, dumps, negotiation, caching, changes.

    Only that server is asked, as politely as robots.txt says; each finding names the standard's rule that is broken.
    """
    failing = None if fail_on == "never" else Severity.of(fail_on)
    start = _address(url, "URL")
    reach = Reach(
        origins=(start, *(_address(each, "--allow-origin") for each in origins)),
        instead=dict(map(_replacement, instead)),
    )
    bounds = Bounds(
        requests=max_requests,
        megabytes=max_megabytes,
        seconds=max_seconds,
        answer_seconds=answer_seconds,
        delay=delay,
    )
    levels = levels_of(rules, harvest_rules())
    record = check(start, reach, bounds)
    findings = levels.applied(record.findings())
    presentation = Presentation(
        version=version("digigraph"),
        failing=failing,
        colour=output is None and is_terminal() and not os.environ.get("NO_COLOR"),
        outcomes=[each for each in record.outcomes() if not levels.is_off(each.rule)],
    )
    write_output([REPORTS[format_](findings, presentation).encode("utf-8", "replace")], output)
    if failing is not None and any(each.severity >= failing for each in findings):
        sys.exit(1)


def _address(written: str, where: str) -> str:
    url = absolute(written)
    if url is None:
        raise click.BadParameter(f"{written!r} is no http or https address.", param_hint=where)
    return url


def _replacement(written: str) -> tuple[str, str]:
    prefix, equals, url = written.partition("=")
    if not equals or absolute(prefix) is None:
        raise click.BadParameter(f"{written!r} is not PREFIX=URL.", param_hint="--instead")
    return prefix, _address(url, "--instead")
