"""Tables of quizzes. Attempts are folded from records; answers are drafts until they are submitted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.infra.db import Base, Instant, Json


class Attempt(Base):
    """One go at a quiz; `questions` and `seed` fix what is asked and in which order."""

    __tablename__ = "quizzes_attempt"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("learning_enrolment.id"))
    item_id: Mapped[str] = mapped_column(String(80))
    version_id: Mapped[str] = mapped_column(ForeignKey("courses_version.id"))
    number: Mapped[int] = mapped_column(Integer)
    seed: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str] = mapped_column(String(8))
    questions: Mapped[list[str]] = mapped_column(Json)
    started_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime | None] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    by_time: Mapped[bool] = mapped_column(Boolean, default=False)
    answers: Mapped[dict[str, object] | None] = mapped_column(Json)
    """What was graded: question id → response; None while the attempt is open."""
    score: Mapped[str | None] = mapped_column(String(40))
    """The exact score of 0 to 1 as a fraction, "7/10"."""
    passed: Mapped[bool | None] = mapped_column(Boolean)

    __table_args__ = (
        UniqueConstraint("enrolment_id", "item_id", "number"),
        Index("ix_quizzes_attempt_open", "submitted_at", "closes_at"),
    )


class Answer(Base):
    """The newest answer to one question of an attempt; a packet with a lower `seq` never overwrites it."""

    __tablename__ = "quizzes_answer"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("quizzes_attempt.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    response: Mapped[object | None] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    checked: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether the learner has seen the feedback (quizzes that give it after each question): it stands from then on."""

    __table_args__ = {"sqlite_with_rowid": False}


class LateAnswer(Base):
    """An answer that came too late: kept, not graded."""

    __tablename__ = "quizzes_late_answer"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("quizzes_attempt.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    response: Mapped[object | None] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Instant)
