"""Supervised sittings: opened by somebody who is there, who sees papers and watches over the final quiz."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from lms.certificates.events import LearnerSeen, LearnerUnseen, SittingClosed, SittingOpened
from lms.certificates.models import Presence, Sitting
from lms.certificates.queries import sittings
from lms.certificates.queries.sittings import SittingRow
from lms.courses.queries import get_tree
from lms.domain.errors import NotFound, Refused
from lms.domain.identification import final_quiz
from lms.domain.outline import Quiz
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.infra.events import publish

HOURS = 4
"""How long a sitting lasts unless told otherwise."""
MOST_HOURS = 12


def open_sitting(course_id: str, version_id: str, museum_id: str, *, hours: int = HOURS, actor: str) -> str:
    """Open a sitting of a course at a centre, and return its id; Refused when no quiz decides over a certificate."""
    course = get_tree(version_id)
    if course.certificate is None or final_quiz(course) is None:
        raise Refused("no-exam")
    if not 1 <= hours <= MOST_HOURS:
        raise Refused("out-of-range")
    now = clock.now()
    sitting = Sitting(
        id=clock.new_id(),
        course_id=course_id,
        museum_id=museum_id,
        opened_by=actor,
        opened_at=now,
        until=now + timedelta(hours=hours),
    )
    db.session.add(sitting)
    db.session.flush()
    publish(SittingOpened(actor=actor, sitting_id=sitting.id, course_id=course_id, museum_id=museum_id))
    return sitting.id


def mark_present(sitting_id: str, seen: Sequence[tuple[str, str]], *, actor: str) -> int:
    """Keep who is present with papers that bear the name; each is a subject and the mark of the spelling seen.

    Return how many are new. Refused all together: for oneself (`self`), when a name is no longer the one that was
    looked at (`changed`), or the sitting has ended (`closed`).
    """
    row = _open(sitting_id)
    marked = 0
    for subject_id, mark in dict(seen).items():
        candidate = sittings.find_candidate(row, subject_id)
        if candidate is None:
            continue  # somebody else has marked them meanwhile, or they have left the course
        if subject_id in (actor, row.opened_by):
            raise Refused("self")
        if candidate.mark != mark:
            raise Refused("changed", name=candidate.name)
        db.session.add(
            Presence(
                sitting_id=sitting_id,
                subject_id=subject_id,
                name=candidate.name,
                name_latin=candidate.name_latin,
                seen_by=actor,
                seen_at=clock.now(),
            )
        )
        db.session.flush()
        publish(LearnerSeen(actor=actor, subject_id=subject_id, sitting_id=sitting_id))
        marked += 1
    return marked


def take_back(sitting_id: str, subject_id: str, *, actor: str) -> None:
    """Forget a presence that was marked by mistake; Refused once the learner has begun there (`begun`)."""
    row = _open(sitting_id)
    sitter = next((one for one in sittings.list_sitters(row, exam_of(row).id) if one.subject_id == subject_id), None)
    if sitter is None:
        raise NotFound(subject_id)
    if sitter.started_at is not None:
        raise Refused("begun")
    db.session.delete(db.session.get_one(Presence, (sitting_id, subject_id)))
    db.session.flush()
    publish(LearnerUnseen(actor=actor, subject_id=subject_id, sitting_id=sitting_id))


def close(sitting_id: str, *, actor: str) -> None:
    """End a sitting now: what is handed in later was watched by nobody. Refused when it has ended (`closed`)."""
    _open(sitting_id)
    db.session.get_one(Sitting, sitting_id).closed_at = clock.now()
    db.session.flush()
    publish(SittingClosed(actor=actor, sitting_id=sitting_id))


def exam_of(row: SittingRow) -> Quiz:
    """Return the quiz that a sitting is for."""
    quiz = final_quiz(get_tree(row.version_id))
    if quiz is None:
        raise NotFound(row.id)
    return quiz


def _open(sitting_id: str) -> SittingRow:
    """Return a sitting under the write lock; Refused when it has ended."""
    begin_write()
    if db.session.get(Sitting, sitting_id, with_for_update=True, populate_existing=True) is None:
        raise NotFound(sitting_id)
    row = sittings.find_sitting(sitting_id)
    if row is None:
        raise NotFound(sitting_id)
    if not row.is_open(clock.now()):
        raise Refused("closed")
    return row
