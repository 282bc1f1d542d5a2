"""From registration to a verified certificate, as people do it: on a phone and at a desk, with scripts and without."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import study
from tests.factories.journey import shipped_tree

SLUG = "museum-as-a-place-of-learning"
COURSE = shipped_tree(SLUG)

Someone = Callable[..., Page]


def walk(page: Page, code: str) -> None:
    """Do the main job."""
    main = page.get_by_role("main")

    # A stranger finds the course and reads its first lesson.
    page.goto("/")
    page.get_by_role("link", name="Courses", exact=True).first.click()
    page.get_by_label("Search").fill("object handling")
    study.press(page, "Show courses")
    study.follow(page, COURSE.title)
    expect(page.get_by_role("heading", level=1)).to_have_text(COURSE.title)
    study.follow(page, "Read the first lesson")
    first = COURSE.order()[0]
    expect(page.get_by_role("heading", level=1)).to_have_text(COURSE.items[first].title)

    address = study.register(page, code)
    study.log_in(page, address)
    assert page.url.endswith("/me/")

    study.enrol(page, SLUG)
    study.follow(page, re.compile("^Start"))
    for key in COURSE.order():
        expect(page.get_by_role("heading", level=1)).to_have_text(COURSE.items[key].title)
        study.do(page, COURSE, key)
        if key == COURSE.order()[-1]:
            break
        if "/result/" in page.url:
            page.goto(f"/learn/{SLUG}/{COURSE.order()[COURSE.order().index(key) + 1]}")
        else:
            study.follow(page, re.compile("^Next"))
    expect(main).to_contain_text("Score: 100 %")

    study.follow(page, re.compile("certificate"))
    download = main.get_by_role("link", name="Download PDF")
    until = time.monotonic() + 60
    while not download.count():
        assert time.monotonic() < until, "the certificate is made within a minute"
        time.sleep(0.5)
        page.reload()
    with page.expect_download() as started:
        download.click()
    assert started.value.path().read_bytes().startswith(b"%PDF")
    file = str(download.get_attribute("href"))
    code_of_it = file.rsplit("/", 1)[1].removesuffix(".pdf")

    link, badge = share(page, code_of_it)
    with page.expect_navigation():
        page.get_by_role("button", name="Log out").first.click()
    page.goto("/verify")
    page.get_by_label("Certificate code").fill(f"{code_of_it[:4]} {code_of_it[4:]}".lower())
    study.press(page, "Verify")
    expect(page.get_by_role("status")).to_have_text(re.compile("^Valid"))
    expect(main).to_contain_text(study.NAME)
    verify(page, link, badge, address)


def share(page: Page, code: str) -> tuple[str, bytes]:
    """Take the link and the badge from the page of one's own certificate."""
    main = page.get_by_role("main")
    study.follow(page, "Link and badge")
    assert page.url.endswith(f"/me/certificates/{code}")
    field = main.get_by_label("Link to your certificate")
    link = field.input_value()
    assert link.endswith(f"/verify/{code}")
    if (copy := main.get_by_role("button", name="Copy the link")).count():
        copy.click()
        expect(main.get_by_text("Copied.")).to_be_visible()
    assert main.locator("img").first.evaluate("image => (image.loading = 'eager', image.decode(), true)")
    assert "certUrl=" in str(main.get_by_role("link", name="LinkedIn").get_attribute("href"))
    with page.expect_download() as started:
        main.get_by_role("link", name="Download the badge (PNG)").click()
    return link, started.value.path().read_bytes()


def verify(page: Page, link: str, badge: bytes, address: str) -> None:
    """Check as a stranger what was shared: the link, the address of the holder, the badge."""
    page.goto(link)
    expect(page.get_by_role("status")).to_have_text(re.compile("^Valid"))
    for typed, said in (("somebody.else@example.org", "No, it does not match."), (address, "Yes, it matches.")):
        page.get_by_label("E-mail address").fill(typed)
        study.press(page, "Compare")
        expect(page.get_by_role("main")).to_contain_text(said)
    page.goto("/verify")
    page.get_by_label("Certificate file").set_input_files({"name": "badge.png", "mimeType": "", "buffer": badge})
    study.press(page, "Verify")
    expect(page.get_by_role("status")).to_have_text(re.compile("^Valid"))
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", ["phone", "desk"])
def test_from_registration_to_a_verified_certificate(
    someone: Someone, browser: Browser, code: str, width: str, scripts: bool
) -> None:
    walk(someone(browser, width, scripts=scripts), code)


def test_the_same_in_the_last_browser_of_an_old_windows(someone: Someone, old_browser: Browser, code: str) -> None:
    walk(someone(old_browser, "desk"), code)
