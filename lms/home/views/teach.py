"""The pages of trainers: courses, learners with progress and scores, guides."""

from __future__ import annotations

from flask import Blueprint, request

from lms.accounts.queries import extra_time_of
from lms.certificates.queries.proposals import count_waiting
from lms.courses.access import reach
from lms.courses.queries import CourseRow, get_tree, list_published
from lms.domain.errors import NotFound
from lms.domain.keyset import read_mark, write_mark
from lms.domain.outline import Course
from lms.home import access, queries
from lms.home.views import hints
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.learning.queries import list_states
from lms.quizzes.queries import list_attempts_of
from lms.quizzes.service import percent
from lms.web import locale
from lms.web.guards import Viewer, permission, require_viewer
from lms.web.pages import page
from lms.web.prose import writer_of

LEARNERS = 50
COURSES = 24


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/teach/", "teach", teach)
    blueprint.add_url_rule("/teach/<slug>/", "teach_course", teach_course)
    blueprint.add_url_rule("/teach/<slug>/learners/<enrolment_id>", "teach_learner", teach_learner)
    blueprint.add_url_rule("/teach/<slug>/guides/<guide_id>", "teach_guide", teach_guide)


@permission("teach.view")
def teach() -> str:
    """Show the courses that this person teaches."""
    who = require_viewer()
    mark = request.args.get("after", "")
    rows = list_published(after=_number(mark), limit=COURSES + 1)
    mine = [row for row in rows[:COURSES] if who.can("teach.view", ("course", row.slug))]
    more = rows[COURSES - 1].number if len(rows) > COURSES else None
    return page(
        "home/teach.html",
        courses=mine,
        more=more,
        reading=locale.reading(),
        first=not mark,
        waiting=waiting_for(who),
    )


def waiting_for(who: Viewer) -> int:
    """Count the proposals of certificates that wait for this person's decision."""
    if not who.can("certificates.approve"):
        return 0
    return count_waiting(reach(who.grants, "certificates.approve", at=clock.now()), who.subject_id)


def _number(word: str) -> tuple[int, int] | None:
    year, _dot, ordinal = word.partition(".")
    fits = year.isascii() and year.isdigit() and ordinal.isascii() and ordinal.isdigit() and len(word) < 12
    return (int(year), int(ordinal)) if fits else None


@permission("teach.view")
def teach_course(slug: str) -> str:
    """Show the learners of a course, the last active first, and the course's guides."""
    who = require_viewer()
    row = access.course_for_trainer(slug, who.grants, "teach.view")
    sees_learners = who.can("teach.learners", ("course", slug))
    before = read_mark(request.args.get("before", ""))
    learners = queries.list_learners(row.id, before=before, limit=LEARNERS + 1) if sees_learners else []
    last = learners[LEARNERS - 1] if len(learners) > LEARNERS else None
    course = _tree(row)
    return page(
        "home/teach_course.html",
        row=row,
        course=course,
        quizzes=[course.items[key] for key in course.order() if course.items[key].kind == "quiz"],
        learners=learners[:LEARNERS],
        hurried=hints.hurried([learner.enrolment_id for learner in learners[:LEARNERS]]),
        sees_learners=sees_learners,
        guides=course.guides_in_order() if who.can("teach.guides", ("course", slug)) else [],
        more=write_mark(last.changed_at, last.enrolment_id) if last else None,
        first=before is None,
    )


@permission("teach.learners")
def teach_learner(slug: str, enrolment_id: str) -> str:
    """Show how one learner stands with each step, and their attempts."""
    row, enrolment = access.learner_for_trainer(slug, enrolment_id, require_viewer().grants)
    course = get_tree(enrolment.version_id, row.reading_language(locale.reading()))
    attempts = sorted(list_attempts_of(enrolment.id), key=lambda a: (a.started_at, a.id))
    return page(
        "home/teach_learner.html",
        row=row,
        course=course,
        enrolment=enrolment,
        name=queries.name_of(enrolment.subject_id) or _("A learner whose account was deleted"),
        states=list_states(enrolment.id),
        attempts=attempts,
        hints=hints.hints_of(attempts),
        percent=percent,
        late=queries.count_late_answers(enrolment.id),
        extra_time=extra_time_of(enrolment.subject_id),
    )


@permission("teach.guides")
def teach_guide(slug: str, guide_id: str) -> str:
    """Show a trainer's guide, made to be printed."""
    who = require_viewer()
    found = access.course_for_trainer(slug, who.grants, "teach.guides")
    row, course, guide = access.guide_for_trainer(slug, guide_id, who.grants, found.reading_language(locale.reading()))
    parts = [segment.html for segment in writer_of(course).segments(guide.nodes) if segment.question is None]
    module = next((m for m in course.modules if m.id == guide.module), None)
    if module is None:
        raise NotFound(guide_id)
    return page("home/teach_guide.html", row=row, course=course, guide=guide, module=module, parts=parts)


def _tree(row: CourseRow) -> Course:
    return get_tree(row.version_id, row.reading_language(locale.reading()))
