"""Take the pictures of the README: `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402 - after the project's own folder is on the path

from tests.browser.conftest import log_in  # noqa: E402
from tests.browser.engines import ARGUMENTS, new_chromium  # noqa: E402
from tests.site import running_site  # noqa: E402

IMAGES = ROOT / "docs/images"
COURSE = "running-a-museum"
LESSON = "ten-agents"


def take(page: Page, name: str) -> None:
    """Keep what stands in the window."""
    page.evaluate("document.fonts.ready")
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def main() -> None:
    """Serve a demonstration site, enrol somebody, and look at the plan and at a lesson."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder, "data")) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=new_chromium(), args=ARGUMENTS)
        page = browser.new_page(base_url=site.url, viewport={"width": 1200, "height": 800}, color_scheme="light")
        log_in(page, "learner")
        page.goto(f"/courses/{COURSE}")
        if page.get_by_role("button", name="Enrol").count():
            page.get_by_role("button", name="Enrol").first.click()
        page.goto(f"/learn/{COURSE}/")
        page.set_viewport_size({"width": 1200, "height": 1060})
        take(page, "plan")
        page.goto(f"/learn/{COURSE}/{LESSON}")
        take(page, "lesson")
        browser.close()


main()
