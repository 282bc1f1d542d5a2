"""Table of certificates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.infra.db import Base, Instant, Json


class Certificate(Base):
    """One award: its snapshot, and the bytes of its file once they are made.

    `snapshot` holds the holder's name and can be emptied by erasure; code, course, dates and digest stay.
    """

    __tablename__ = "certificates_certificate"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    subject_id: Mapped[str] = mapped_column(String(32))
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("learning_enrolment.id"), unique=True)
    course_id: Mapped[str] = mapped_column(String(32))
    standing: Mapped[str] = mapped_column(String(16), default="issued")
    issued_at: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime | None] = mapped_column(Instant)
    language: Mapped[str] = mapped_column(String(8))
    snapshot: Mapped[dict[str, object]] = mapped_column(Json)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    file_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the file as it was issued; kept when the bytes are erased."""
    file_size: Mapped[int | None] = mapped_column(Integer)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[str | None] = mapped_column(Text)
    """Why the file could not be made, for the administrator; the award holds all the same."""

    __table_args__ = (
        Index("ix_certificates_subject_issued", "subject_id", "issued_at", "id"),
        Index("ix_certificates_course_issued", "course_id", "issued_at", "id"),
        Index(
            "ix_certificates_unmade",
            "issued_at",
            sqlite_where=text("file_digest IS NULL AND erased_at IS NULL"),
            postgresql_where=text("file_digest IS NULL AND erased_at IS NULL"),
        ),
    )
