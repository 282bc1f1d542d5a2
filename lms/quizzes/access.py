"""The one door to an attempt."""

from __future__ import annotations

import re

from lms.domain.errors import Forged, NotFound
from lms.quizzes import queries
from lms.quizzes.queries import AttemptRow

_ID = re.compile(r"[0-9a-f]{32}")


def attempt_for_learner(attempt_id: str, subject_id: str) -> AttemptRow:
    """Return one's own attempt; another's is a forgery, for no page of ours names it."""
    found = queries.find_taken(attempt_id) if _ID.fullmatch(attempt_id) else None
    if found is None:
        raise NotFound(attempt_id)
    attempt, enrolment = found
    if enrolment.subject_id != subject_id:
        raise Forged("another-learner", attempt=attempt_id)
    return attempt


def ended_attempt(enrolment_id: str | None, item_id: str, number: int) -> AttemptRow:
    """Return a submitted attempt by its number."""
    for attempt in queries.list_attempts(enrolment_id or "", item_id):
        if attempt.number == number and attempt.submitted_at is not None:
            return attempt
    raise NotFound(item_id)
