"""Reading study: enrolments, states, records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select

from lms.accounts.models import Subject
from lms.courses.models import Course, Version
from lms.courses.queries import Standing
from lms.domain.progress import Record
from lms.infra.db import db
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

    def reading_language(self, wanted: Sequence[str]) -> str:
        """Return the language in which a reader with this list reads the pinned version."""
        return next((code for code in wanted if code in self.languages), self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How an enrolment stands with one item."""

    item_id: str
    opened_at: datetime | None
    done_at: datetime | None
    language: str
    score: int | None
    checked: dict[str, object]


_PUBLISHED = Version.__table__.alias("published")
_PINNED = Version.__table__.alias("pinned")
_STUDY = (
    select(
        Course.id,
        Course.slug,
        Course.year,
        Course.ordinal,
        Course.published_id,
        _PUBLISHED.c.language.label("published_language"),
        _PUBLISHED.c.languages.label("published_languages"),
        Enrolment.id.label("enrolment_id"),
        Enrolment.state,
        Enrolment.version_id,
        _PINNED.c.language,
        _PINNED.c.languages,
        Enrolment.enrolled_at,
        Enrolment.completed_at,
        Enrolment.done,
        Enrolment.total,
        Enrolment.grade,
        Enrolment.next_item,
        Enrolment.minutes_left,
        Enrolment.changed_at,
        ItemState.done_at.label("place_done_at"),
        Place.item_id.label("place"),
        Place.anchor,
    )
    .select_from(Course)
    .join(_PUBLISHED, _PUBLISHED.c.id == Course.published_id)
    .outerjoin(Enrolment, (Enrolment.course_id == Course.id) & (Enrolment.subject_id == bindparam("subject")))
    .outerjoin(_PINNED, _PINNED.c.id == Enrolment.version_id)
    .outerjoin(Place, Place.enrolment_id == Enrolment.id)
    .outerjoin(ItemState, (ItemState.enrolment_id == Place.enrolment_id) & (ItemState.item_id == Place.item_id))
)
_STUDY_BY_SLUG = _STUDY.where(Course.slug == bindparam("slug"))
_STUDIES = _STUDY.where(Enrolment.id.is_not(None)).order_by(Enrolment.changed_at.desc(), Enrolment.id.desc())
_STATES = select(
    ItemState.item_id, ItemState.opened_at, ItemState.done_at, ItemState.language, ItemState.score, ItemState.checked
).where(ItemState.enrolment_id == bindparam("enrolment"))


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
    row = db.session.execute(_STUDY_BY_SLUG, {"slug": slug, "subject": subject_id or ""}).first()
    return _study(row) if row else None


def list_studies(subject_id: str, before: tuple[datetime, str] | None = None, limit: int = 20) -> list[Study]:
    """Return the courses a person is enrolled in, the last studied first."""
    query = _STUDIES.limit(limit)
    if before:
        moment, key = before
        query = query.where(
            (Enrolment.changed_at < moment) | ((Enrolment.changed_at == moment) & (Enrolment.id < key))
        )
    return [_study(row) for row in db.session.execute(query, {"subject": subject_id})]


_STANDINGS = _STUDY.where(Course.id.in_(bindparam("courses", expanding=True)), Enrolment.id.is_not(None))
_DONE = select(ItemState.enrolment_id, ItemState.item_id).where(
    ItemState.enrolment_id.in_(bindparam("enrolments", expanding=True)), ItemState.done_at.is_not(None)
)


def list_standings(subject_id: str, course_ids: Sequence[str]) -> dict[str, Standing]:
    """Return how a person stands to those of these courses that they have begun, by the course's id."""
    rows = db.session.execute(_STANDINGS, {"subject": subject_id, "courses": list(course_ids)})
    studies = {row.enrolment_id: _study(row) for row in rows}
    done: dict[str, set[str]] = {key: set() for key in studies}
    if studies:
        for enrolment_id, item_id in db.session.execute(_DONE, {"enrolments": list(studies)}):
            done[enrolment_id].add(item_id)
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
        for row in db.session.execute(_STATES, {"enrolment": enrolment_id})
    }


def find_enrolment(subject_id: str, course_id: str) -> Enrolment | None:
    """Return a person's enrolment in a course, whatever its state."""
    return db.session.scalars(
        select(Enrolment).where(Enrolment.subject_id == subject_id, Enrolment.course_id == course_id)
    ).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRow:
    """Whose an enrolment is, in which course and version, and how far it is."""

    id: str
    subject_id: str
    course_id: str
    version_id: str
    state: str
    enrolled_at: datetime
    completed_at: datetime | None
    done: int
    total: int


_ENROLMENT = select(
    Enrolment.id,
    Enrolment.subject_id,
    Enrolment.course_id,
    Enrolment.version_id,
    Enrolment.state,
    Enrolment.enrolled_at,
    Enrolment.completed_at,
    Enrolment.done,
    Enrolment.total,
).where(Enrolment.id == bindparam("enrolment"))


def find_enrolment_row(enrolment_id: str) -> EnrolmentRow | None:
    """Return an enrolment by its id."""
    row = db.session.execute(_ENROLMENT, {"enrolment": enrolment_id}).first()
    return EnrolmentRow(**row._mapping) if row else None


def linked_subjects(subject_id: str) -> Select[Any]:
    """Return the selection of the subjects that are one person with this one."""
    return select(Subject.id).where(Subject.canonical_id == subject_id)


def lock_subject(subject_id: str) -> None:
    """Hold the person's row until the transaction ends (PostgreSQL)."""
    db.session.execute(select(Subject.id).where(Subject.id == subject_id).with_for_update())


def last_step(subject_id: str) -> int:
    """Return the step of a person's last record, 0 before the first."""
    query = select(func.max(LearningRecord.step)).where(LearningRecord.subject_id.in_(linked_subjects(subject_id)))
    return db.session.scalar(query) or 0


def list_records(subject_id: str, course_id: str) -> list[Record]:
    """Return what a person did in a course, under any of their linked subjects."""
    rows = db.session.execute(
        select(
            LearningRecord.id, LearningRecord.kind, LearningRecord.step, LearningRecord.at, LearningRecord.body
        ).where(LearningRecord.subject_id.in_(linked_subjects(subject_id)), LearningRecord.course_id == course_id)
    )
    return [Record(id=row.id, kind=row.kind, step=row.step, at=row.at, body=row.body) for row in rows]


def list_own_records(subject_ids: Sequence[str]) -> Sequence[LearningRecord]:
    """Return every record of some subjects, in the order they were written."""
    return db.session.scalars(
        select(LearningRecord).where(LearningRecord.subject_id.in_(subject_ids)).order_by(LearningRecord.seq)
    ).all()


def list_courses_of(subject_id: str) -> Sequence[str]:
    """Return the courses a person has records in, under any of their linked subjects."""
    return db.session.scalars(
        select(LearningRecord.course_id).where(LearningRecord.subject_id.in_(linked_subjects(subject_id))).distinct()
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
        for subject_id, course_id in rows:
            yield subject_id, course_id
        if len(rows) < 500:
            return
        last = (rows[-1][0], rows[-1][1])
