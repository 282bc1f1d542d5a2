"""Tables of courses: what was imported, which version is published, which bytes it is made of.

The words of the catalogue search stand in `courses_search`, which no model describes (see infra.searchindex).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.infra.db import Base, Instant, Json


class Course(Base):
    """A course by its slug; `year` and `ordinal` make its accession number, 2026.1."""

    __tablename__ = "courses_course"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    year: Mapped[int] = mapped_column(Integer)
    ordinal: Mapped[int] = mapped_column(Integer)
    # Not a foreign key: versions point here, and two tables that point at each other cannot be made or copied in order.
    published_id: Mapped[str | None] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("year", "ordinal"),)


class Version(Base):
    """An immutable state of a course, known by the SHA-256 of its manifest.

    The columns from `title` on repeat what its files say, for lists and filters. `languages` and
    `competencies` are lists between commas (",en,ru,"), so that one LIKE finds a member on both databases.
    """

    __tablename__ = "courses_version"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("courses_course.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    ordinal: Mapped[int] = mapped_column(Integer)
    imported_at: Mapped[datetime] = mapped_column(Instant)
    imported_by: Mapped[str | None] = mapped_column(String(32))
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    published_by: Mapped[str | None] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    languages: Mapped[str] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(String(16))
    hours: Mapped[float] = mapped_column(Numeric(5, 1, asdecimal=False))
    competencies: Mapped[str] = mapped_column(String(120))
    titles: Mapped[dict[str, str]] = mapped_column(Json)
    summaries: Mapped[dict[str, str]] = mapped_column(Json)
    facts: Mapped[dict[str, object]] = mapped_column(Json)
    warnings: Mapped[list[str]] = mapped_column(Json)
    shipped: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether it came with the site itself; only such a version is followed by the next one that ships."""

    __table_args__ = (UniqueConstraint("course_id", "digest"), UniqueConstraint("course_id", "ordinal"))


class CourseFile(Base):
    """One file of a version; `served` marks what browsers may fetch by digest."""

    __tablename__ = "courses_file"

    version_id: Mapped[str] = mapped_column(ForeignKey("courses_version.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    served: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (Index("ix_courses_file_digest", "digest"),)
