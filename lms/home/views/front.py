"""The front page, and the pages that explain the site."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

from lms.courses.queries import list_published
from lms.learning.queries.panels import mini_plan
from lms.web import locale
from lms.web.guards import public
from lms.web.pages import page

HUNG = 3
"""How many courses hang on the front page."""


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/", "front", front)
    for path, name in (
        ("/privacy", "privacy"),
        ("/accessibility", "accessibility"),
        ("/licences", "licences"),
        ("/help", "help_page"),
    ):
        blueprint.add_url_rule(path, name, _text(name))


@public
def front() -> str:
    """Show what the site is for, with its first courses."""
    courses = list_published(limit=HUNG)[::-1]  # the newest, in the order of their numbers
    languages = locale.reading()
    hung = [(course, mini_plan(course.version_id, course.slug, course.number)) for course in courses]
    lessons = sum(_count(course.facts.get("lessons")) for course in courses)
    return page("home/front.html", hung=hung, reading=languages, lessons=lessons)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(name: str) -> Callable[[], str]:
    """Return the view of a page that is only text."""

    @public
    def text() -> str:
        return page(f"home/{name}.html")

    return text
