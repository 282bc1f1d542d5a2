"""Two accounts of one person: what was learned with either counts in both."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result

from lms.domain.outline import Quiz
from tests.factories.journey import Studying
from tests.factories.people import PASSWORD, Cast


def test_half_a_course_with_each_account_is_a_whole_course(
    cast: Cast, learner: Studying, command: Callable[..., Result]
) -> None:
    other = Studying(cast.browser("colleague"), learner.slug, learner.course)
    order = learner.course.order()
    learner.enrol()
    other.enrol()
    for key in order:
        if isinstance(learner.course.items[key], Quiz):
            other.do(key)
        else:
            learner.do(key)

    browser = learner.browser
    assert "Download PDF" not in browser.visit("/me/certificates").main
    browser.visit("/me/link")
    page = browser.press("Link the accounts", email=cast.colleague.email, password=PASSWORD)
    assert "counts here too" in page.text

    for mine in (learner, other):
        assert "You have completed this course" in mine.browser.visit(f"/learn/{learner.slug}/").main
    assert command("learning", "rebuild", "--check").exit_code == 0


def test_a_wrong_password_links_nothing(cast: Cast, learner: Studying) -> None:
    learner.enrol()
    learner.browser.visit("/me/link")
    page = learner.browser.press("Link the accounts", 422, email=cast.colleague.email, password="not hers at all")
    assert "do not go together" in page.main
    assert cast.colleague.email not in cast.browser("learner").visit("/me/profile").main
