"""A transcript from the button to whoever checks it: by the code on a phone, with the file, and without a network."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import study
from tests.browser.conftest import WIDTHS, log_in, look_with_axe
from tests.site import Site

Someone = Callable[..., Page]


def make(page: Page) -> str:
    """Have a transcript made, and return the address of its file."""
    page.goto("/me/")
    study.follow(page, "My transcript")
    study.press(page, "Make a signed transcript")
    download = page.get_by_role("main").get_by_role("link", name="Download PDF")
    until = time.monotonic() + 60
    while not download.count():
        assert time.monotonic() < until, "the transcript is made within a minute"
        time.sleep(0.5)
        page.reload()
    return str(download.first.get_attribute("href"))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_transcript_is_made_given_out_and_verified(
    someone: Someone, browser: Browser, site: Site, tmp_path: Path, scripts: bool
) -> None:
    learner = someone(browser, "phone", scripts=scripts)
    log_in(learner, "learner")
    address = make(learner)
    file = tmp_path / "transcript.pdf"
    with learner.expect_download() as started:
        learner.get_by_role("link", name="Download PDF").first.click()
    file.write_bytes(started.value.path().read_bytes())

    verifier = someone(browser, "phone", scripts=scripts)
    verifier.goto("/verify")
    verifier.get_by_label("Certificate code").fill(address.rsplit("/", 1)[1].removesuffix(".pdf").lower())
    study.press(verifier, "Verify")
    expect(verifier.get_by_role("status")).to_have_text(re.compile("^Valid transcript"))
    expect(verifier.get_by_role("main")).to_contain_text("Lena Lampová")
    expect(verifier.get_by_role("table").first).to_contain_text("The Museum as a Place of Learning")

    verifier.goto("/verify")
    verifier.get_by_label("Certificate file").set_input_files(file)
    study.press(verifier, "Verify")
    expect(verifier.get_by_role("main")).to_contain_text("to the last byte")


def test_without_a_network_it_is_told_that_a_certificate_in_it_was_revoked(
    someone: Someone, browser: Browser, site: Site, tmp_path: Path
) -> None:
    learner = someone(browser)
    log_in(learner, "learner")
    address = make(learner)
    file = tmp_path / "transcript.pdf"
    file.write_bytes(learner.request.get(address).body())
    told = learner.request.get(address.replace("/certificates/", "/verify/").removesuffix(".pdf"), headers={
        "Accept": "application/json"
    }).json()  # fmt: skip
    code = next(course["certificate"] for course in told["courses"] if course["certificate"])

    context = browser.new_context(viewport=WIDTHS["phone"], offline=True, reduced_motion="reduce")
    try:
        page = context.new_page()
        checked(page, site, tmp_path, file)
        expect(page.locator("#verdict h2")).to_have_text("Valid transcript")
        courses = page.get_by_role("region", name="Courses", exact=True)
        expect(courses).to_contain_text("The Museum as a Place of Learning, 2026.")
        expect(courses).to_contain_text("Certificate " + "-".join(re.findall("....", code)))
        look_with_axe(page)
        page.get_by_role("button", name="Русский").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["phone"]["width"]

        assert site.run("certificates", "revoke", code, "--reason", "To see what is told").returncode == 0
        checked(page, site, tmp_path, file)
        title = "Valid transcript, but not all certificates in it still stand"
        expect(page.locator("#verdict h2")).to_have_text(title)
        expect(page.get_by_role("region", name="Courses", exact=True)).to_contain_text("Revoked or replaced since")
    finally:
        site.run("certificates", "reinstate", code)
        context.close()


def checked(page: Page, site: Site, folder: Path, file: Path) -> None:
    """Open a fresh copy of the page that verifies without a network, and choose the file."""
    copy = folder / "verify.html"
    assert site.run("certificates", "offline-verifier", str(copy)).returncode == 0
    page.goto(copy.as_uri())
    page.get_by_label("File of the certificate").set_input_files(file)
    expect(page.locator("#verdict .data")).to_contain_text(file.name)
