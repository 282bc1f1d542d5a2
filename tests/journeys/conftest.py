"""What journeys share: a small course whose every step can be done, and a learner in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lms.command import lms
from lms.courses.queries import get_tree
from lms.infra.db import db
from tests.factories.courses import Shelf, publish_course
from tests.factories.journey import Studying
from tests.factories.people import Cast


@pytest.fixture
def learner(app: Flask, course: Shelf, cast: Cast) -> Studying:
    """Return the learner of the cast, who has not yet enrolled."""
    with app.app_context():
        tree = get_tree(course.version_id)
    return Studying(cast.browser("learner"), course.slug, tree)


@pytest.fixture
def command(app: Flask) -> Callable[..., Result]:
    """Return a way to run a command of `lms` on this application."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(lms, arguments, obj=lambda: app)

    return run


@pytest.fixture
def publish(app: Flask) -> Callable[[dict[str, bytes]], Shelf]:
    """Return a way to publish a course from its files."""

    def one(files: dict[str, bytes]) -> Shelf:
        with app.app_context():
            shelf = publish_course(files=files)
            db.session.commit()
        return shelf

    return one
