"""How the holder of a certificate is identified: what museums and supervisors said, brought before the domain."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from lms.certificates import queries
from lms.certificates.queries import sittings
from lms.domain.identification import Confirmed, Identified, Spelling, Taken, final_quiz
from lms.domain.identification import identify as decide
from lms.domain.outline import Course
from lms.network.queries.people import find_standing
from lms.quizzes.queries import list_attempts


def identify(
    subject_id: str,
    enrolment_id: str,
    course_id: str,
    course: Course,
    spelling: Spelling,
    *,
    until: datetime | None = None,
) -> Identified:
    """Say how the person is identified who bears this name on the certificate of this enrolment.

    `until`: attempts that were handed in later are passed over, as they were when it was awarded.
    """
    standing = find_standing(queries.find_canonical(subject_id) or subject_id)
    confirmed = Confirmed(museum=standing.museum, spelling=(standing.name, standing.name_latin)) if standing else None
    watched = sittings.list_watched(subject_id, course_id)
    quiz = final_quiz(course) if watched else None
    taken = [
        Taken(started_at=one.started_at, submitted_at=one.submitted_at, score=Fraction(one.score))
        for one in (list_attempts(enrolment_id, quiz.id) if quiz else ())
        if one.submitted_at and one.score is not None and (until is None or one.submitted_at <= until)
    ]
    return decide(spelling, confirmed, quiz, taken, watched)
