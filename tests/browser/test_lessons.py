"""Every lesson, task and quiz page of the shipped courses, in every language that they are written in, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from lms.courses.service import CURRICULUM
from tests.browser import study
from tests.browser.conftest import WIDTHS, look_with_axe
from tests.browser.test_every_page import MISSING, SIDEWAYS
from tests.factories.journey import shipped_tree
from tests.site import Site

COURSES = [shipped_tree(slug) for slug in CURRICULUM]
PAGES = [
    pytest.param(course.id, key, lang, id=f"{key}-{lang}")
    for course in COURSES
    for key in course.order()
    for lang in (course.language, *course.translations)
]


@pytest.fixture(scope="module")
def phone(browser: Browser, site: Site, code: str) -> Iterator[tuple[Page, list[str]]]:
    """Enrol somebody new in every course, and keep what the browser complains of."""
    context = browser.new_context(base_url=site.url, viewport=WIDTHS["phone"], reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    study.log_in(page, study.register(page, code))
    for course in COURSES:
        study.enrol(page, course.id)
    yield page, faults
    context.close()


@pytest.mark.parametrize(("slug", "key", "lang"), PAGES)
def test_a_page_of_a_course_is_sound_in_each_language(
    phone: tuple[Page, list[str]], site: Site, slug: str, key: str, lang: str
) -> None:
    page, faults = phone
    faults.clear()
    page.context.add_cookies([{"name": "lang", "value": lang, "url": site.url}])
    answer = page.goto(f"/learn/{slug}/{key}")
    assert answer is not None
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == lang
    main = page.get_by_role("main")
    foreign = main.locator("h1[lang], article [lang]").evaluate_all("all => all.map((one) => one.lang)")
    assert set(foreign) <= {lang}, "a part of it is not translated"
    assert not page.evaluate(MISSING), "a picture is missing"
    assert page.evaluate(SIDEWAYS) <= 0, "it scrolls sideways on a phone"
    look_with_axe(page)
    page.emulate_media(color_scheme="dark")
    look_with_axe(page, colours_alone=True)
    page.emulate_media(color_scheme="light")
    assert not faults
