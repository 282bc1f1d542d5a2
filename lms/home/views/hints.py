"""What a trainer may want to look at in attempts: hints in words, never verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from lms.courses.queries import get_tree
from lms.domain.questions import TYPES
from lms.domain.suspicion import SAME_MISTAKES, WINDOW, Handed, mistakes, too_fast, twins
from lms.home import queries
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext
from lms.quizzes.queries import AttemptRow, Neighbour, list_near, list_paces
from lms.quizzes.service import asked

LATEST = 20
"""So many attempts of a learner, the latest, are compared with those of others."""


@dataclass(frozen=True, kw_only=True)
class Hint:
    """One hint about an attempt; `enrolment_id` is the other learner's, where there is one."""

    words: str
    enrolment_id: str = ""


def hurried(enrolment_ids: Sequence[str]) -> frozenset[str]:
    """Return those of some enrolments that have an unusually fast attempt."""
    return frozenset(
        pace.enrolment_id
        for pace in list_paces(enrolment_ids)
        if _is_fast(pace.questions, pace.started_at, pace.submitted_at, pace.score)
    )


def hints_of(attempts: Sequence[AttemptRow]) -> dict[str, list[Hint]]:
    """Return the hints about one learner's attempts, by the attempt's id; attempts without any are absent."""
    ended = [attempt for attempt in attempts if attempt.submitted_at]
    found = {attempt.id: _haste(attempt) for attempt in ended}
    latest = sorted(ended, key=lambda a: (a.submitted_at or a.started_at, a.id))[-LATEST:]
    pairs = [(attempt.id, other) for attempt in latest for other in _twins_of(attempt)]
    names = queries.names_of({other.subject_id for _attempt, other in pairs})
    for attempt_id, other in pairs:
        found[attempt_id].append(_likeness(other, names.get(other.subject_id, "")))
    return {key: hints for key, hints in found.items() if hints}


def _haste(attempt: AttemptRow) -> list[Hint]:
    started, submitted = attempt.started_at, attempt.submitted_at
    if submitted is None or attempt.score is None or not _is_fast(attempt.questions, started, submitted, attempt.score):
        return []
    words = _(
        "Unusually fast: %(questions)s in %(time)s",
        questions=ngettext("%(num)s question", "%(num)s questions", len(attempt.questions)),
        time=ngettext("%(num)s second", "%(num)s seconds", int((submitted - started).total_seconds())),
    )
    return [Hint(words=words)]


def _is_fast(questions: Sequence[str], started_at: datetime, submitted_at: datetime, score: str) -> bool:
    return too_fast(len(questions), (submitted_at - started_at).total_seconds(), Fraction(score))


def _twins_of(attempt: AttemptRow) -> list[Neighbour]:
    if attempt.submitted_at is None:
        return []
    questions = {question.id: question for question in asked(attempt, get_tree(attempt.version_id))}

    def is_wrong(key: str, response: Any) -> bool:
        score = TYPES[questions[key].type].grade(questions[key].body, response).score
        return score is not None and score < 1

    mine = Handed(drawn=attempt.questions, answers=attempt.answers or {}, submitted_at=attempt.submitted_at)
    if len(mistakes(mine, is_wrong)) < SAME_MISTAKES:
        return []
    near = list_near(attempt, attempt.submitted_at - WINDOW, attempt.submitted_at + WINDOW)
    return [
        other
        for other in near
        if twins(mine, Handed(drawn=other.questions, answers=other.answers, submitted_at=other.submitted_at), is_wrong)
    ]


def _likeness(other: Neighbour, name: str) -> Hint:
    words = _(
        "The same wrong answers as another learner: %(name)s, attempt %(number)s",
        name=name or _("A learner whose account was deleted"),
        number=other.number,
    )
    return Hint(words=words, enrolment_id=other.enrolment_id)
