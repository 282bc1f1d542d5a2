"""The mirror in Chromium: from a folder, and from the plainest of web servers below some path.

With LMS_TEST_SHOTS naming a folder, pictures of it are kept there for people to look at.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.domain.codes import read, spaced
from tests.browser.conftest import WIDTHS, look_with_axe
from tests.serving import wait_until
from tests.site import Site

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOTS = os.environ.get("LMS_TEST_SHOTS")


@pytest.fixture(scope="module")
def folder(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a mirror of the demonstration site, two folders below what is served."""
    found = tmp_path_factory.mktemp("www") / "partners" / "mirror"
    found.parent.mkdir()

    def has_files() -> bool:
        """Tell whether the worker of the site has made the files that the mirror copies."""
        done = site.run("certificates", "mirror", "--with-files", str(found))
        assert done.returncode == 0, done.stderr
        return any(found.glob("certificates/*.pdf"))

    wait_until(has_files, 60, "the file of a certificate")
    return found


@pytest.fixture(scope="module")
def code(folder: Path) -> str:
    """Return the code of a certificate in the mirror."""
    return next(path.name for path in sorted((folder / "verify").iterdir()) if path.is_dir())


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Return where the first page stands: in a folder, or on a server that knows nothing but files."""
    if request.param == "file":
        yield folder.as_uri()
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder.parents[1])))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/partners/mirror"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a window of a phone; what a page reports as an error fails the test."""
    context = browser.new_context(viewport=WIDTHS["phone"])
    faults: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    # The accessibility checker asks for the style sheet by script, which the policy refuses.
    assert not [fault for fault in faults if "connect-src" not in fault]


def look(page: Page, name: str) -> None:
    page.wait_for_load_state()
    for width in WIDTHS.values():
        page.set_viewport_size(width)
        assert page.evaluate(SIDEWAYS) == 0
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"mirror-{name}-{width['width']}.png", full_page=True)
    page.set_viewport_size(WIDTHS["phone"])
    look_with_axe(page)
    page.emulate_media(color_scheme="dark")
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    look_with_axe(page, colours_alone=True)
    page.emulate_media(color_scheme="light")


def test_a_code_as_it_is_typed_leads_to_its_certificate(page: Page, address: str, code: str) -> None:
    page.goto(f"{address}/index.html")
    look(page, "first")
    page.get_by_label("Certificate code").fill("7H2K")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("alert")).to_contain_text("This is no code of a certificate")
    look(page, "no-code")
    page.get_by_label("Certificate code").fill(spaced(code).lower().replace("0", "o").replace("1", "l"))
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid certificate")
    expect(page.get_by_text(spaced(code))).to_be_visible()
    dated = page.evaluate("getComputedStyle(document.querySelector('.as-of'), '::after').content")
    assert dated.startswith('"State as of ')
    look(page, "certificate")


def test_the_other_language_is_one_step_away_and_stays(page: Page, address: str, code: str) -> None:
    page.goto(f"{address}/verify/{code}/index.html")
    page.get_by_role("link", name="Русский").click()
    assert page.evaluate("document.documentElement.lang") == "ru"
    look(page, "russian")
    page.locator("a.standalone[href='../../ru.html']").click()
    page.locator("#code").fill(code)
    page.get_by_role("button").click()
    page.wait_for_url(f"**/verify/{code}/ru.html")


def test_it_works_without_scripts_by_the_address_alone(browser: Browser, address: str, code: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=WIDTHS["phone"])
    page = context.new_page()
    page.goto(f"{address}/index.html")
    expect(page.get_by_label("Certificate code")).to_be_hidden()
    shown = page.locator("code").inner_text()
    assert shown == "verify/0123456789ABCDEF/index.html"
    page.goto(f"{address}/{shown.replace('0123456789ABCDEF', code)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid certificate")
    context.close()


def test_a_file_of_the_mirror_is_checked_by_its_offline_verifier(
    page: Page, address: str, code: str, folder: Path
) -> None:
    page.goto(f"{address}/verify/{code}/index.html")
    page.get_by_role("link", name="Check a file with the offline verifier").click()
    page.locator("#file").set_input_files(folder / f"certificates/{code}.pdf")
    expect(page.locator("#verdict h2")).to_have_text("Valid certificate")


def test_a_server_lists_no_codes(page: Page, code: str, address: str) -> None:
    for name in ("verify/index.html", "certificates/index.html", "404.html"):
        page.goto(f"{address}/{name}")
        assert code not in page.content()
        look(page, name.partition("/")[0].removesuffix(".html"))
    if address.startswith("http"):
        for name in ("verify/", "certificates/", "status/", "assets/", ""):
            page.goto(f"{address}/{name}")
            assert code not in page.content()
            assert "Directory listing" not in page.content()


@pytest.mark.parametrize(
    "typed", ["7H2K-9XQ4-M0B8-TZ3V", "7h2k 9xq4 mob8 tz3v", " 7Н2К9ХQ4М0В8ТZЗV", "iIlLoO0011223344", "UUUU", ""]
)
def test_look_alike_letters_are_read_as_the_site_reads_them(browser: Browser, folder: Path, typed: str) -> None:
    page = browser.new_page()
    page.goto(f"{folder.as_uri()}/index.html")
    assert page.evaluate("typed => read(typed)", typed) == (read(typed) or "")
    page.close()
