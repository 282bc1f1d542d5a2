"""A learner who is enrolled in the course about keys."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.infra.db import db
from tests.factories.journey import Studying
from tests.factories.people import Cast
from tests.factories.study import Study


@pytest.fixture
def study(app: Flask, cast: Cast) -> Study:
    with app.app_context():
        found = Study(cast.learner.subject_id)
        found.enrol()
        db.session.commit()
        return found


@pytest.fixture
def learner(study: Study, cast: Cast, app: Flask) -> Studying:
    with app.app_context():
        return Studying(cast.browser("learner"), "keys", study.course)
