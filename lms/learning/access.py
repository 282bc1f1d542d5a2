"""The one door to a course as somebody studies it: absent and forbidden look alike."""

from __future__ import annotations

from collections.abc import Sequence

from lms.courses.queries import get_tree
from lms.domain.errors import NotFound
from lms.domain.outline import Course
from lms.learning import queries
from lms.learning.queries import Reading, Study


def study_for_anybody(slug: str, subject_id: str | None) -> Study:
    """Return a published course as this person, or nobody in particular, stands to it."""
    study = queries.find_study(slug, subject_id)
    if study is None:
        raise NotFound(slug)
    return study


def study_for_learner(slug: str, subject_id: str) -> Study:
    """Return a course that this person studies."""
    study = study_for_anybody(slug, subject_id)
    if not study.enrolled:
        raise NotFound(slug)
    return study


def item_for_reader(slug: str, item_id: str, subject_id: str | None, languages: Sequence[str]) -> Reading:
    """Return an item: any of a course one studies, the first lesson of every course."""
    study = study_for_anybody(slug, subject_id)
    spoken = study.reading_languages(languages)
    course = get_tree(study.version_id, spoken)
    item = course.items.get(item_id)
    if item is None or (not study.enrolled and item_id != first_lesson(course)):
        raise NotFound(item_id)
    states = queries.list_states(study.enrolment_id) if study.enrolled and study.enrolment_id else {}
    return Reading(study=study, course=course, item=item, states=states, languages=spoken)


def first_lesson(course: Course) -> str | None:
    """Return the lesson that is open to everybody."""
    return next((key for key in course.order() if course.items[key].kind == "lesson"), None)
