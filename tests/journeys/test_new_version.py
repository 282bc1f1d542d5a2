"""A new version of a course comes out while people study the old one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result

from lms.domain.outline import Quiz
from tests.factories.courses import Shelf, files_of
from tests.factories.journey import Studying
from tests.factories.people import Cast

LESSON = """---
id: light
title: Light on a label
minutes: 10
outcomes: [LO2]
---

A label in the shade is read by nobody.
"""

Publish = Callable[[dict[str, bytes]], Shelf]


def second_edition() -> dict[str, bytes]:
    """Return the course with a lesson more, and another one put into better words."""
    files = files_of()
    outline = files["course.yaml"].decode().replace("lessons/checking.md]", "lessons/checking.md, lessons/light.md]")
    lesson = files["lessons/one-idea.md"].decode().replace("Read it aloud.", "Read it aloud, twice.")
    return {
        **files,
        "course.yaml": outline.encode(),
        "lessons/one-idea.md": lesson.encode(),
        "lessons/light.md": LESSON.encode(),
    }


@pytest.fixture
def other(cast: Cast, learner: Studying) -> Studying:
    """Return a colleague who has finished the course."""
    colleague = Studying(cast.browser("colleague"), learner.slug, learner.course)
    colleague.enrol()
    colleague.finish()
    return colleague


def test_who_is_under_way_is_told_moves_and_loses_nothing(
    learner: Studying, publish: Publish, command: Callable[..., Result]
) -> None:
    browser = learner.browser
    learner.enrol()
    learner.do("one-idea")
    learner.do("checking")
    before = browser.visit(f"/learn/{learner.slug}/").main
    assert "2 of 3 steps done" in before

    publish(second_edition())
    page = browser.visit(f"/learn/{learner.slug}/")
    assert "There is a new version of this course." in page.main
    assert "2 of 3 steps done" in page.main, "publishing alone changes nothing for somebody under way"
    assert "Read it aloud, twice" not in browser.visit(learner.address("one-idea")).main
    browser.get(learner.address("light"))
    assert browser.get(learner.address("light")).status_code == 404

    browser.visit(f"/learn/{learner.slug}/")
    news = browser.click("See what is new")
    assert "Light on a label" in news.main
    assert "One idea a label" in news.main
    moved = browser.press("Move to the new version")
    assert "2 of 4 steps done" in moved.main
    assert "There is a new version" not in moved.main
    assert "Read it aloud, twice" in browser.visit(learner.address("one-idea")).main
    assert "Done." in browser.page.main if browser.page else False
    assert "Right." in browser.visit(learner.address("checking")).main, "answers to knowledge checks are kept"
    assert command("learning", "rebuild", "--check").exit_code == 0


def test_an_attempt_stays_with_the_version_it_was_started_in(learner: Studying, publish: Publish) -> None:
    learner.enrol()
    learner.do("one-idea")
    learner.do("checking")
    learner.browser.visit(learner.address("final"))
    learner.browser.press("Start attempt")
    quiz = learner.course.items["final"]
    assert isinstance(quiz, Quiz)
    answers = learner.answers(quiz)
    publish(second_edition())
    assert "Score: 100 %" in learner.browser.press("Submit answers", **answers).main


def test_who_has_finished_stays_finished(other: Studying, publish: Publish, command: Callable[..., Result]) -> None:
    browser = other.browser
    publish(second_edition())
    page = browser.visit(f"/learn/{other.slug}/")
    assert "You have completed this course" in page.main
    assert "There is a new version" not in page.main
    assert "percent: 3 of 3 steps done" in page.main
    assert command("learning", "rebuild", "--check").exit_code == 0


def test_who_begins_now_begins_the_new_version(cast: Cast, learner: Studying, publish: Publish) -> None:
    publish(second_edition())
    newcomer = Studying(cast.browser("stranger"), learner.slug, learner.course)
    assert "Light on a label" in newcomer.enrol().main
