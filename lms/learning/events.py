"""What happened in study."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """A learner began a course, or came back to it."""

    subject_id: str
    enrolment_id: str
    course_id: str


@dataclass(frozen=True, kw_only=True)
class CourseCompleted:
    """Every rule of the course's completion holds, for the first time."""

    subject_id: str
    enrolment_id: str
    course_id: str
    version_id: str
    at: datetime
    grade: int | None
