"""What trainers and coordinators do with certificates in a browser, and a course that gives them late."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route

from lms.domain.formats.checker import check
from lms.infra.readers import READERS
from tests.browser import study
from tests.factories.courses import files_of
from tests.site import Site

SLUG = "painted-walls"
TITLE = "Painted walls"
HAND = f"/teach/courses/{SLUG}/certificates/by-hand"
REASON = "The course gave no certificate when they finished it."


def with_terms(slug: str = SLUG) -> dict[str, bytes]:
    """Return a course of two lessons that gives a certificate."""
    files = {path: content for path, content in files_of("labels").items() if not path.startswith(("quizzes", "banks"))}
    outline = files["course.yaml"].decode()
    outline = outline.replace("id: labels", f"id: {slug}").replace("title: Writing labels", f"title: {TITLE}")
    outline = re.sub(r"  - id: proof.*?(?=completion:)", "", outline, flags=re.S).replace("  - quiz: final\n", "")
    return {**files, "course.yaml": outline.encode()}


def without_terms(slug: str = SLUG) -> dict[str, bytes]:
    """Return the same course while it gave none."""
    files = with_terms(slug)
    return {**files, "course.yaml": files["course.yaml"].split(b"certificate:")[0]}


def complete(page: Page, slug: str = SLUG) -> None:
    """Enrol in this course and do it."""
    course = check(without_terms(slug), READERS).course
    assert course is not None
    study.enrol(page, slug)
    for key in course.order():
        page.goto(f"/learn/{slug}/{key}")
        study.do(page, course, key)


def under_way(page: Page, _site: Site) -> None:
    """Order a package and stay on the page as it is at first: a cut line keeps it from following the work."""
    page.route(re.compile("/jobs/"), lambda route: route.abort() if is_fetch(route) else route.continue_())
    study.press(page, "Pack the files (ZIP)")


def is_fetch(route: Route) -> bool:
    """Tell whether a script asks."""
    return route.request.resource_type == "fetch"


def packed(page: Page, _site: Site) -> None:
    """Order a package and wait until it is there."""
    study.press(page, "Pack the files (ZIP)")
    page.get_by_role("link", name="Download the file").wait_for(timeout=60_000)


def stopped(page: Page, site: Site) -> None:
    """Order a package and stop it, if there is still time to."""
    under_way(page, site)
    if page.get_by_role("button", name="Stop the work").count():
        study.press(page, "Stop the work")


def propose(page: Page, _site: Site) -> None:
    """Propose everybody on the page."""
    if not page.get_by_role("button", name="Propose").count():
        page.goto("/teach/proposals")
        study.follow(page, TITLE)
        return
    for box in page.locator("input[name=learner]").all():
        box.check()
    page.get_by_label("Reason").fill(REASON)
    study.press(page, "Propose")


def declined_without_a_word(page: Page, _site: Site) -> None:
    """Say no without saying why."""
    study.follow(page, TITLE)
    study.press(page, "Decline")
