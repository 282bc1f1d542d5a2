"""What a certificate says: facts gathered once, when it is awarded, and never again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from lms.domain.outline import Course

State = Literal["valid", "expired", "revoked", "superseded", "not yet valid"]


@dataclass(frozen=True, kw_only=True)
class Award:
    """The facts of one certificate. The names are the only part that identifies a person."""

    name: str
    name_latin: str
    museum: str
    title: str
    course_title: str
    course_number: str
    course_slug: str
    version_digest: str
    modules: tuple[str, ...]
    lessons: int
    hours: float
    outcomes: tuple[str, ...]
    show: tuple[str, ...]
    grade_percent: int | None
    signatories: tuple[tuple[str, str], ...]
    assessment: str
    """How the work was assessed: "quizzes" (by the site) or "quizzes-tasks"."""
    identity: str
    """How the holder was identified: "self-declared" until a museum confirms it."""
    language: str
    issued_at: str
    valid_until: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the snapshot as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Award:
        """Read a kept snapshot."""
        tuples = {"modules", "outcomes", "show"}
        values = {key: tuple(value) if key in tuples else value for key, value in kept.items()}
        values["signatories"] = tuple((name, role) for name, role in kept["signatories"])
        return cls(**values)


def make_award(
    course: Course,
    *,
    name: str,
    name_latin: str,
    museum: str,
    number: str,
    grade: Fraction | None,
    at: datetime,
) -> Award:
    """Gather the facts of an award from the course as the learner studied it."""
    terms = course.certificate
    if terms is None:
        raise ValueError(f"the course {course.id} gives no certificate")
    until = add_months(at, terms.valid_months) if terms.valid_months else None
    return Award(
        name=name,
        name_latin=name_latin,
        museum=museum,
        title=terms.title,
        course_title=course.title,
        course_number=number,
        course_slug=course.id,
        version_digest=course.digest,
        modules=tuple(module.title for module in course.modules),
        lessons=sum(1 for item in course.items.values() if item.kind == "lesson"),
        hours=course.hours,
        outcomes=tuple(course.outcomes.values()),
        show=terms.show,
        grade_percent=None if grade is None else int(grade * 100),
        signatories=tuple((person.name, person.role) for person in terms.signatories),
        assessment="quizzes-tasks" if any(i.kind == "task" for i in course.items.values()) else "quizzes",
        identity="self-declared",
        language=course.language,
        issued_at=at.isoformat(),
        valid_until=until.isoformat() if until else None,
    )


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same day some months later; the last of the month where that day does not exist."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a day 28")


def state(valid_from: datetime, valid_until: datetime | None, now: datetime, standing: str = "issued") -> State:
    """Tell what holds of a certificate at a moment."""
    if standing == "revoked":
        return "revoked"
    if standing == "superseded":
        return "superseded"
    if now < valid_from:
        return "not yet valid"
    if valid_until is not None and now >= valid_until:
        return "expired"
    return "valid"
