"""Every page in a real browser: accessible in light and dark, without sideways scroll on a phone, in an old browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import log_in, look_with_axe
from tests.site import Site

PAGES = {
    "stranger": [
        "/",
        "/courses/",
        "/courses/running-a-museum",
        "/login",
        "/register",
        "/reset",
        "/confirm",
        "/verify",
        "/help",
        "/privacy",
        "/accessibility",
        "/licences",
        "/no-such-page",
    ],
    "learner": [
        "/me/",
        "/me/profile",
        "/me/workplace",
        "/me/certificates",
        "/me/delete",
        "/learn/running-a-museum/",
        "/change",
        "/change-email",
    ],
    "trainer": ["/teach/", "/teach/running-a-museum/", "/teach/courses", "/teach/upload"],
    "admin": ["/admin/", "/admin/users", "/admin/mail", "/admin/jobs", "/admin/audit", "/admin/invitations"],
}
EVERYWHERE = [(who, address) for who, addresses in PAGES.items() for address in addresses]


@pytest.fixture(scope="module")
def windows() -> dict[tuple[str, str], Page]:
    """Keep one window a person and look, so that nobody logs in for each page again."""
    return {}


@pytest.fixture
def window_of(windows: dict[tuple[str, str], Page], browser: Browser, site: Site) -> Callable[[str, str], Page]:
    """Return the window of somebody in light or dark, 360 pixels wide."""

    def find(who: str, scheme: str) -> Page:
        if (who, scheme) not in windows:
            page = browser.new_context(
                base_url=site.url,
                viewport={"width": 360, "height": 740},
                color_scheme=scheme,  # type: ignore[arg-type]
            ).new_page()
            if who != "stranger":
                log_in(page, who)
            windows[who, scheme] = page
        return windows[who, scheme]

    return find


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("who", "address"), EVERYWHERE)
def test_a_page_is_accessible_and_fits_a_phone(
    window_of: Callable[[str, str], Page], who: str, address: str, scheme: str
) -> None:
    page = window_of(who, scheme)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == (404 if address == "/no-such-page" else 200)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
    look_with_axe(page)


def test_whatever_a_course_shows_is_accessible(window_of: Callable[[str, str], Page]) -> None:
    page = window_of("learner", "light")
    page.goto("/learn/running-a-museum/")
    links = page.get_by_role("main").locator("a[href*='/learn/running-a-museum/']").all()
    addresses = sorted({str(link.get_attribute("href")).split("#")[0] for link in links})
    assert addresses
    for address in addresses:
        page.goto(address)
        look_with_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{address} scrolls sideways"


@pytest.mark.parametrize("address", ["/", "/courses/", "/courses/running-a-museum", "/login", "/register"])
def test_a_page_opens_in_the_old_browser(old_browser: Browser, someone: Callable[..., Page], address: str) -> None:
    page = someone(old_browser, "phone")
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok
    assert page.get_by_role("main").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
