"""Says at the end how many tests were collected, passed, excused (expected to fail) and skipped.

A test that is skipped without a reason from ``tests/skips.txt`` makes the run fail: nobody skips by accident.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xdist.workermanage import WorkerController

_COUNTS = "digigraph-counts"
_LISTED = Path(__file__).parent.parent / "skips.txt"


def _listed_reasons() -> set[str]:
    lines = _LISTED.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def _unlisted(skipped: Iterable[pytest.TestReport]) -> list[str]:
    reasons = _listed_reasons()
    return [f"{each.nodeid}: {_reason(each)}" for each in skipped if _reason(each) not in reasons]


class Accounting:
    """Counts what a run did."""

    def __init__(self) -> None:
        self.collected = 0
        self.deselected = 0

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count what the marker expression leaves out."""
        self.deselected += len(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what will run."""
        self.collected = len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: WorkerController) -> None:
        """Take over what a process of several has counted: each has collected everything."""
        self.collected, self.deselected = getattr(node, "workeroutput", {}).get(_COUNTS, (0, 0))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over the counts, or fail the run for a skip that is not listed."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_COUNTS] = (self.collected, self.deselected)
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and _unlisted(reporter.stats.get("skipped", [])):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the account."""
        stats = {
            name: terminalreporter.stats.get(name, []) for name in ("passed", "failed", "error", "xfailed", "skipped")
        }
        for line in _unlisted(stats["skipped"]):
            terminalreporter.write_line(f"skipped without a listed reason: {line}", red=True)
        terminalreporter.write_line(
            f"account: {self.collected} collected, {len(stats['passed'])} passed, "
            f"{len(stats['failed']) + len(stats['error'])} failed, {len(stats['xfailed'])} excused, "
            f"{len(stats['skipped'])} skipped; {self.deselected} left to make test-all"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Register."""
    config.pluginmanager.register(Accounting(), "digigraph-accounting")
