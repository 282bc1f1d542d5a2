"""The doors of the pages for trainers: what is outside one's scope looks as if it were not there."""

from __future__ import annotations

from collections.abc import Iterable

from lms.courses.access import course_for_trainer as course_for_trainer
from lms.courses.queries import CourseRow, get_tree
from lms.domain.authority import Grant
from lms.domain.errors import NotFound
from lms.domain.outline import Course, Guide
from lms.learning.queries import EnrolmentRow, find_enrolment_row

Grants = Iterable[Grant]


def guide_for_trainer(slug: str, guide_id: str, grants: Grants, language: str) -> tuple[CourseRow, Course, Guide]:
    """Return a trainer's guide of a course."""
    row = course_for_trainer(slug, grants, "teach.guides")
    course = get_tree(row.version_id, language)
    guide = course.guides.get(guide_id)
    if guide is None:
        raise NotFound(guide_id)
    return row, course, guide


def learner_for_trainer(slug: str, enrolment_id: str, grants: Grants) -> tuple[CourseRow, EnrolmentRow]:
    """Return a learner of a course."""
    row = course_for_trainer(slug, grants, "teach.learners")
    enrolment = find_enrolment_row(enrolment_id)
    if enrolment is None or enrolment.course_id != row.id:
        raise NotFound(enrolment_id)
    return row, enrolment
