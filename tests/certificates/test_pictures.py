"""What is drawn on the paper: the same building as on the pages of the course, and nothing left unpainted."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from lms.certificates.service import pictures
from lms.domain.award import Module
from lms.learning.queries.panels import mini_plan
from tests.certificates.conftest import Award

KINDS = ("lesson", "lesson", "task", "quiz")


@pytest.mark.parametrize("ordinal", range(1, 7))
@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 12, 20])
def test_everything_in_a_building_is_painted(count: int, ordinal: int) -> None:
    rooms = tuple(
        Module(minutes=40 + n * 13 % 90, kinds=KINDS[: 1 + n % 4] * 2, after=(n - 1,) if n > 1 and n % 3 else ())
        for n in range(1, count + 1)
    )
    svg = pictures.plan_svg(f"2026.{ordinal}", rooms)
    assert set(re.findall(r'class="([^"]+)"', svg)) - {"plan plan--mini"} <= set(pictures.PAINTS)
    assert set(re.findall(r"<(\w+)", svg)) <= {"svg", "path", "rect", "circle", "text"}


def test_the_certificate_bears_the_building_of_the_course(app: Flask, award: Award) -> None:
    study, facts = award.study, award.row.award
    assert facts is not None
    with app.test_request_context():
        app.preprocess_request()
        shown = mini_plan(study.version_id, "keys", facts.course_number, frozenset(study.course.order()))
    assert pictures.plan_svg(facts.course_number, facts.rooms) == shown
