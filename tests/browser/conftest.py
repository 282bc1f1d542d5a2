"""Real browsers in front of a real site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from lms.config import LANGUAGES, PSEUDO
from tests.browser import study
from tests.browser.engines import ARGUMENTS, axe_script, new_chromium, old_chromium
from tests.factories.courses import COURSES
from tests.site import DEMO_PASSWORD, Site, running_site

WIDTHS = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 900}}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a demonstration site for all journeys of the run, with two courses that hold every kind of thing."""
    spoken = ",".join((*LANGUAGES, PSEUDO))
    with running_site(tmp_path_factory.mktemp("site") / "data", LMS_LANGUAGES=spoken) as served:
        for name in ("labels", "store"):
            done = served.run("courses", "import", str(COURSES / name), "--publish")
            assert done.returncode == 0, done.stderr
        yield served


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Run the system's Chromium."""
    opened = playwright.chromium.launch(executable_path=new_chromium(), args=ARGUMENTS)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def old_browser(playwright: Playwright) -> Iterator[Browser]:
    """Run Chromium 109."""
    opened = playwright.chromium.launch(executable_path=old_chromium(), args=ARGUMENTS)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def code(site: Site, browser: Browser) -> str:
    """Return an invitation code, as the administrator makes it."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    log_in(page, "admin")
    page.goto("/admin/invitations")
    page.get_by_label("How many people").fill("200")
    page.get_by_role("button", name="Make a code").click()
    told = page.get_by_text("The code is").inner_text()
    context.close()
    return told.split("The code is ", 1)[1].split(".", 1)[0]


@pytest.fixture
def someone(site: Site) -> Iterator[Callable[..., Page]]:
    """Return a way to open a window of somebody; what the page reports as an error fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_window(
        browser: Browser, width: str = "desk", *, scripts: bool = True, may_fail: bool = False, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=site.url, viewport=WIDTHS[width], java_script_enabled=scripts, accept_downloads=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        if not may_fail:  # a line that is cut is told on the console
            page.on("console", lambda said: faults.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        page.set_default_timeout(15_000)
        return page

    yield open_window
    for context in contexts:
        context.close()
    # A refused form is an answer of 4xx, which Chromium calls an error too.
    assert not [fault for fault in faults if "the server responded with a status of 4" not in fault]


def log_in(page: Page, who: str) -> None:
    """Log a demonstration account in: learner, trainer, reviewer, coordinator or admin."""
    study.log_in(page, f"{who}@example.org", DEMO_PASSWORD)


def look_with_axe(page: Page, *, colours_alone: bool = False) -> None:
    """Fail on what the accessibility checker finds on the page as it stands; only colours may differ by theme."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_script())
    chosen = {"type": "rule", "values": COLOURS} if colours_alone else {"type": "tag", "values": RULES}
    found = page.evaluate("chosen => axe.run({runOnly: chosen})", chosen)
    faults = [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert not faults, f"{page.url}:\n" + "\n".join(faults)
