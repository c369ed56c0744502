"""A real Chromium over a real server that publishes this repository's own graph."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import webserver
from projects import REPOSITORY, published_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    Opens = Callable[..., "Visit"]

BUILT = REPOSITORY / "src/digigraph/web/static/built/manifest.json"
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# After which what is waited for counts as never coming.
_PATIENCE_MS = 120_000
# Where the page's policy forbids something, the browser tells the document.
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@dataclass
class Visit:
    """A page that is open, and what the browser asked for and complained of."""

    page: Page
    url: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """Return script errors, violations of the policy, and requests that went to another server."""
        violations: list[str] = self.page.evaluate("window.violations")
        elsewhere = [each for each in self.requests if not each.startswith((self.url + "/", "data:", "blob:"))]
        return [*self.errors, *violations, *elsewhere]


# For a module, not longer: what drives it keeps an event loop running in this thread, beside which no other can run.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser."""
    path = shutil.which("chromium")
    if path is None or importlib.util.find_spec("playwright") is None:
        pytest.skip("Chromium (Debian: chromium) and what drives it are not on this machine")
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - make test does without it

    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where this repository's graph is served."""
    settings = published_repository(tmp_path_factory.mktemp("site") / "project")
    with webserver.serving(settings, workers=2) as running:
        yield running.url


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Opens]:
    """Opens a path in a window of its own: of which server, width, colours, with or without script."""
    contexts = []

    def opened(path: str, *, at: str = site, width: int = 1440, colours: str = "light", script: bool = True) -> Visit:
        if script and not BUILT.is_file():
            pytest.skip("the editor of the query page is not built (make assets)")
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=colours, java_script_enabled=script
        )
        contexts.append(context)
        context.set_default_timeout(_PATIENCE_MS)
        context.add_init_script(_WATCH)
        made = Visit(context.new_page(), at)
        made.page.on("request", lambda request: made.requests.append(request.url))
        made.page.on("pageerror", lambda error: made.errors.append(str(error)))
        made.page.goto(at + path)
        return made

    yield opened
    for context in contexts:
        context.close()
