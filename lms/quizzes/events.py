"""What happened in quizzes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AnswerRefused:
    """Somebody sent what none of our pages could have sent."""

    actor: str
    path: str
    reason: str
    facts: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class GradedAttemptBegun:
    """A learner began the first attempt of an enrolment at any quiz that counts for the course's certificate."""

    subject_id: str
    enrolment_id: str
    course_id: str
