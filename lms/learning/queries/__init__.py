"""Reading study: enrolments, states, records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from lms.accounts.models import Subject
from lms.courses.models import Course, Version
from lms.courses.queries import Standing
from lms.domain.outline import Course as Tree
from lms.domain.outline import Item
from lms.domain.progress import Record
from lms.infra.db import db, run, table_of
from lms.learning.models import Enrolment, ItemState, LearningRecord, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A course as one person stands to it; the enrolment's part is None for who is not enrolled."""

    course_id: str
    slug: str
    number: str
    published_id: str
    published_language: str
    published_languages: tuple[str, ...]
    enrolment_id: str | None
    state: str | None
    version_id: str
    language: str
    languages: tuple[str, ...]
    enrolled_at: datetime | None
    completed_at: datetime | None
    done: int
    total: int
    grade: int | None
    next_item: str | None
    minutes_left: int
    changed_at: datetime | None
    place: str | None
    anchor: str
    place_done: bool

    @property
    def enrolled(self) -> bool:
        """Tell whether the person studies here now (a finished course stays open)."""
        return self.state in {"active", "completed"}

    @property
    def percent(self) -> int:
        """Return how much is done, in per cent, rounded down."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def going_on(self) -> str | None:
        """Return the item to go on with: where one stopped unless that is done, else the first that is not."""
        return self.place if self.place and not self.place_done else self.next_item or self.place

    def reading_languages(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Return the languages, best first, in which a reader with this list reads the pinned version.

        The first is the one they study in; a text that it lacks comes in the next.
        """
        return tuple(code for code in wanted if code in self.languages) or (self.language,)

    def reading_language(self, wanted: Sequence[str]) -> str:
        """Return the language in which a reader with this list studies the pinned version."""
        return self.reading_languages(wanted)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How an enrolment stands with one item."""

    item_id: str
    opened_at: datetime | None
    done_at: datetime | None
    language: str
    score: int | None
    checked: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An item opened by somebody: the tree in their language, how they stand, and whether they only look in."""

    study: Study
    course: Tree
    item: Item
    states: dict[str, State]
    languages: tuple[str, ...]

    @property
    def language(self) -> str:
        """Return the language in which they study."""
        return self.languages[0]

    @property
    def enrolled(self) -> bool:
        """Tell whether what they do is recorded."""
        return self.study.enrolled


_course, _enrolment = table_of(Course), table_of(Enrolment)
_place, _state = table_of(Place), table_of(ItemState)
_PUBLISHED = table_of(Version).alias("published")
_PINNED = table_of(Version).alias("pinned")
_STUDY = (
    select(
        _course.c.id,
        _course.c.slug,
        _course.c.year,
        _course.c.ordinal,
        _course.c.published_id,
        _PUBLISHED.c.language.label("published_language"),
        _PUBLISHED.c.languages.label("published_languages"),
        _enrolment.c.id.label("enrolment_id"),
        _enrolment.c.state,
        _enrolment.c.version_id,
        _PINNED.c.language,
        _PINNED.c.languages,
        _enrolment.c.enrolled_at,
        _enrolment.c.completed_at,
        _enrolment.c.done,
        _enrolment.c.total,
        _enrolment.c.grade,
        _enrolment.c.next_item,
        _enrolment.c.minutes_left,
        _enrolment.c.changed_at,
        _state.c.done_at.label("place_done_at"),
        _place.c.item_id.label("place"),
        _place.c.anchor,
    )
    .select_from(_course)
    .join(_PUBLISHED, _PUBLISHED.c.id == _course.c.published_id)
    .outerjoin(_enrolment, (_enrolment.c.course_id == _course.c.id) & (_enrolment.c.subject_id == bindparam("subject")))
    .outerjoin(_PINNED, _PINNED.c.id == _enrolment.c.version_id)
    .outerjoin(_place, _place.c.enrolment_id == _enrolment.c.id)
    .outerjoin(_state, (_state.c.enrolment_id == _place.c.enrolment_id) & (_state.c.item_id == _place.c.item_id))
)
_STUDY_BY_SLUG = _STUDY.where(_course.c.slug == bindparam("slug"))
_STUDIES = (
    _STUDY.where(_enrolment.c.id.is_not(None))
    .order_by(_enrolment.c.changed_at.desc(), _enrolment.c.id.desc())
    .limit(bindparam("most"))
)
_STUDIES_BEFORE = _STUDIES.where(
    (_enrolment.c.changed_at < bindparam("moment"))
    | ((_enrolment.c.changed_at == bindparam("moment")) & (_enrolment.c.id < bindparam("key")))
)
_STATES = select(
    _state.c.item_id, _state.c.opened_at, _state.c.done_at, _state.c.language, _state.c.score, _state.c.checked
).where(_state.c.enrolment_id == bindparam("enrolment"))


def _codes(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _study(row: Row[Any]) -> Study:
    return Study(
        course_id=row.id,
        slug=row.slug,
        number=f"{row.year}.{row.ordinal}",
        published_id=row.published_id,
        published_language=row.published_language,
        published_languages=_codes(row.published_languages),
        enrolment_id=row.enrolment_id,
        state=row.state,
        version_id=row.version_id or row.published_id,
        language=row.language or row.published_language,
        languages=_codes(row.languages or row.published_languages),
        enrolled_at=row.enrolled_at,
        completed_at=row.completed_at,
        done=row.done or 0,
        total=row.total or 0,
        grade=row.grade,
        next_item=row.next_item,
        minutes_left=row.minutes_left or 0,
        changed_at=row.changed_at,
        place=row.place,
        anchor=row.anchor or "",
        place_done=row.place_done_at is not None,
    )


def find_study(slug: str, subject_id: str | None) -> Study | None:
    """Return a published course as this person stands to it."""
    row = run(_STUDY_BY_SLUG, {"slug": slug, "subject": subject_id or ""}).first()
    return _study(row) if row else None


def list_studies(subject_id: str, before: tuple[datetime, str] | None = None, limit: int = 20) -> list[Study]:
    """Return the courses a person is enrolled in, the last studied first."""
    query, place = _STUDIES, {"subject": subject_id, "most": limit}
    if before:
        query, place = _STUDIES_BEFORE, {**place, "moment": before[0], "key": before[1]}
    return [_study(row) for row in run(query, place)]


_STANDINGS = _STUDY.where(_course.c.id.in_(bindparam("courses", expanding=True)), _enrolment.c.id.is_not(None))
_DONE = select(_state.c.enrolment_id, _state.c.item_id).where(
    _state.c.enrolment_id.in_(bindparam("enrolments", expanding=True)), _state.c.done_at.is_not(None)
)


def list_standings(subject_id: str, course_ids: Sequence[str]) -> dict[str, Standing]:
    """Return how a person stands to those of these courses that they have begun, by the course's id."""
    rows = run(_STANDINGS, {"subject": subject_id, "courses": list(course_ids)})
    studies = {row.enrolment_id: _study(row) for row in rows}
    done: dict[str, set[str]] = {key: set() for key in studies}
    if studies:
        for row in run(_DONE, {"enrolments": list(studies)}):
            done[row.enrolment_id].add(row.item_id)
    return {
        study.course_id: Standing(
            state=study.state or "",
            version_id=study.version_id,
            done=frozenset(done[key]),
            steps_done=study.done,
            steps=study.total,
            percent=study.percent,
            next_item=study.going_on,
            completed_at=study.completed_at,
        )
        for key, study in studies.items()
    }


def list_states(enrolment_id: str) -> dict[str, State]:
    """Return how an enrolment stands with each item it has touched."""
    return {
        row.item_id: State(
            item_id=row.item_id,
            opened_at=row.opened_at,
            done_at=row.done_at,
            language=row.language,
            score=row.score,
            checked=row.checked,
        )
        for row in run(_STATES, {"enrolment": enrolment_id})
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRow:
    """An enrolment as it was folded: whose it is, in which course and version, how far and how well."""

    id: str
    subject_id: str
    course_id: str
    version_id: str
    affiliation_id: str | None
    state: str
    enrolled_at: datetime
    completed_at: datetime | None
    completed_version_id: str | None
    done: int
    total: int
    grade: int | None
    next_item: str | None
    minutes_left: int
    changed_at: datetime


_ENROLMENT = select(_enrolment).where(_enrolment.c.id == bindparam("enrolment"))
_ENROLMENT_OF = select(_enrolment).where(
    _enrolment.c.subject_id == bindparam("subject"), _enrolment.c.course_id == bindparam("course")
)


def find_enrolment(subject_id: str, course_id: str) -> EnrolmentRow | None:
    """Return a person's enrolment in a course, whatever its state."""
    row = run(_ENROLMENT_OF, {"subject": subject_id, "course": course_id}).first()
    return EnrolmentRow(**row._mapping) if row else None


def find_enrolment_row(enrolment_id: str) -> EnrolmentRow | None:
    """Return an enrolment by its id."""
    row = run(_ENROLMENT, {"enrolment": enrolment_id}).first()
    return EnrolmentRow(**row._mapping) if row else None


_subject, _record = table_of(Subject), table_of(LearningRecord)
_LINKED = select(_subject.c.id).where(_subject.c.canonical_id == bindparam("subject"))
_LOCKED = select(_subject.c.id).where(_subject.c.id == bindparam("subject")).with_for_update()
NEXT_STEP = select(func.coalesce(func.max(_record.c.step), 0) + 1).where(_record.c.subject_id.in_(_LINKED))
"""The step of a person's next record, for the parameter `subject`."""

_RECORDS = select(_record.c.id, _record.c.kind, _record.c.step, _record.c.at, _record.c.body).where(
    _record.c.subject_id.in_(_LINKED), _record.c.course_id == bindparam("course")
)
_COURSES = select(_record.c.course_id).where(_record.c.subject_id.in_(_LINKED)).distinct()


def lock_subject(subject_id: str) -> None:
    """Hold the person's row until the transaction ends (PostgreSQL)."""
    run(_LOCKED, {"subject": subject_id})


def list_records(subject_id: str, course_id: str) -> list[Record]:
    """Return what a person did in a course, under any of their linked subjects."""
    rows = run(_RECORDS, {"subject": subject_id, "course": course_id})
    return [Record(id=row.id, kind=row.kind, step=row.step, at=row.at, body=row.body) for row in rows]


def list_courses_of(subject_id: str) -> Sequence[str]:
    """Return the courses a person has records in, under any of their linked subjects."""
    return run(_COURSES, {"subject": subject_id}).scalars().all()


def list_enrolments_of(subject_id: str) -> list[EnrolmentRow]:
    """Return every enrolment under one subject."""
    rows = run(select(_enrolment).where(_enrolment.c.subject_id == subject_id))
    return [EnrolmentRow(**row._mapping) for row in rows]


def list_own_records(subject_ids: Sequence[str]) -> Sequence[LearningRecord]:
    """Return every record of some subjects, in the order they were written."""
    return db.session.scalars(
        select(LearningRecord).where(LearningRecord.subject_id.in_(subject_ids)).order_by(LearningRecord.seq)
    ).all()


def each_study_pair() -> Iterator[tuple[str, str]]:
    """Yield every (canonical subject, course) that has records, in batches that do not grow with the site."""
    last = ("", "")
    while True:
        pair = (Subject.canonical_id, LearningRecord.course_id)
        rows = db.session.execute(
            select(*pair)
            .join(Subject, Subject.id == LearningRecord.subject_id)
            .where((pair[0] > last[0]) | ((pair[0] == last[0]) & (pair[1] > last[1])))
            .distinct()
            .order_by(*pair)
            .limit(500)
        ).all()
        yield from ((subject_id, course_id) for subject_id, course_id in rows)
        if len(rows) < 500:
            return
        last = (rows[-1][0], rows[-1][1])
