"""Tables of study. Records are written once; everything else here is folded from them and can be rebuilt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.infra.db import Base, Instant, Json

Number = BigInteger().with_variant(Integer, "sqlite")


class Origin(Base):
    """The next number of each place that writes records; its row lock puts them in the order of their commits."""

    __tablename__ = "learning_origin"

    origin: Mapped[str] = mapped_column(String(32), primary_key=True)
    next_seq: Mapped[int] = mapped_column(Number)


class LearningRecord(Base):
    """One thing a learner did, or that was decided about it. Never updated, never deleted.

    `step` counts the records of one learner (a Lamport clock), so that their order does not hang on any wall clock.
    """

    __tablename__ = "learning_record"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    origin: Mapped[str] = mapped_column(String(32))
    seq: Mapped[int] = mapped_column(Number)
    subject_id: Mapped[str] = mapped_column(String(32))
    course_id: Mapped[str] = mapped_column(String(32))
    step: Mapped[int] = mapped_column(Number)
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Instant)
    body: Mapped[dict[str, object]] = mapped_column(Json)

    __table_args__ = (
        UniqueConstraint("origin", "seq"),
        Index("ix_learning_record_subject_course", "subject_id", "course_id", "step"),
        Index("ix_learning_record_subject_step", "subject_id", "step"),
    )


class Enrolment(Base):
    """A learner in a course (folded): the pinned version, how far, how well."""

    __tablename__ = "learning_enrolment"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32))
    course_id: Mapped[str] = mapped_column(ForeignKey("courses_course.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("courses_version.id"))
    affiliation_id: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_version_id: Mapped[str | None] = mapped_column(String(32))
    done: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    grade: Mapped[int | None] = mapped_column(Integer)
    """Hundredths of a per cent of the graded quizzes, rounded down; None before the first."""
    next_item: Mapped[str | None] = mapped_column(String(80))
    """The first step that is not done."""
    minutes_left: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("subject_id", "course_id"),
        Index("ix_learning_enrolment_course_changed", "course_id", "changed_at", "id"),
    )


class ItemState(Base):
    """How one learner stands with one item (folded)."""

    __tablename__ = "learning_item_state"

    enrolment_id: Mapped[str] = mapped_column(ForeignKey("learning_enrolment.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    language: Mapped[str] = mapped_column(String(8))
    score: Mapped[int | None] = mapped_column(Integer)
    """The kept score in hundredths of a per cent, rounded down."""
    checked: Mapped[dict[str, object]] = mapped_column(Json)
    """Answers to knowledge checks: question id → response."""

    __table_args__ = {"sqlite_with_rowid": False}


class Place(Base):
    """Where a learner stopped. A comfort, not evidence: it is not in the records."""

    __tablename__ = "learning_place"

    enrolment_id: Mapped[str] = mapped_column(ForeignKey("learning_enrolment.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(80))
    anchor: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = {"sqlite_with_rowid": False}
