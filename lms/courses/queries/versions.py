"""Versions and their files, as those who teach see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from lms.courses.models import Course, CourseFile, Version
from lms.infra.db import db


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """A version of a course."""

    id: str
    course_id: str
    slug: str
    number: str
    ordinal: int
    digest: str
    imported_at: datetime
    published_at: datetime | None
    is_published: bool
    published_id: str | None
    title: str
    language: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ManagedCourse:
    """A course, published or not, with the versions that matter."""

    slug: str
    year: int
    ordinal: int
    title: str
    language: str
    published: int | None
    published_at: datetime | None
    newest: int
    imported_at: datetime

    @property
    def number(self) -> str:
        """Return the accession number."""
        return f"{self.year}.{self.ordinal}"

    @property
    def waits(self) -> bool:
        """Tell whether the newest version is not the one that learners read."""
        return self.newest != self.published


def find_course(slug: str) -> Course | None:
    """Return the course row with this slug, published or not."""
    return db.session.scalars(select(Course).where(Course.slug == slug)).first()


def find_published_version(course_id: str) -> str | None:
    """Return the version of a course that is published, if one is."""
    return db.session.scalar(select(Course.published_id).where(Course.id == course_id))


def find_version(version_id: str) -> Version | None:
    """Return a version by its id."""
    return db.session.get(Version, version_id)


def find_newest(course_id: str) -> Version | None:
    """Return the version of a course that was imported last."""
    query = select(Version).where(Version.course_id == course_id).order_by(Version.ordinal.desc()).limit(1)
    return db.session.scalars(query).first()


def find_version_by_ordinal(slug: str, ordinal: int) -> VersionRow | None:
    """Return the n-th version of a course."""
    query = select(Course, Version).join(Version, Version.course_id == Course.id)
    row = db.session.execute(query.where(Course.slug == slug, Version.ordinal == ordinal)).first()
    return _version_row(*row) if row else None


def list_versions(slug: str, before: int | None = None, limit: int = 50) -> list[VersionRow]:
    """Return the versions of a course, newest first, below an ordinal."""
    query = select(Course, Version).join(Version, Version.course_id == Course.id).where(Course.slug == slug)
    if before is not None:
        query = query.where(Version.ordinal < before)
    return [_version_row(*row) for row in db.session.execute(query.order_by(Version.ordinal.desc()).limit(limit))]


def list_managed(
    slugs: Collection[str] | None = None, after: tuple[int, int] | None = None, limit: int = 50
) -> list[ManagedCourse]:
    """Return courses, published or not, the newest number first; only those with these slugs when any are given."""
    published, any_of_it = aliased(Version), aliased(Version)
    highest = select(func.max(any_of_it.ordinal)).where(any_of_it.course_id == Course.id).scalar_subquery()
    query = (
        select(Course, Version, published)
        .select_from(Course)
        .join(Version, (Version.course_id == Course.id) & (Version.ordinal == highest))
        .outerjoin(published, published.id == Course.published_id)
        .order_by(Course.year.desc(), Course.ordinal.desc())
        .limit(limit)
    )
    if slugs is not None:
        query = query.where(Course.slug.in_(slugs))
    if after:
        year, ordinal = after
        query = query.where((Course.year < year) | ((Course.year == year) & (Course.ordinal < ordinal)))
    return [_managed(*row) for row in db.session.execute(query)]


def find_served(digest: str, name: str) -> str | None:
    """Return the path of a file that browsers may fetch by its digest and name."""
    query = select(CourseFile.path).where(CourseFile.digest == digest, CourseFile.served.is_(True))
    named = CourseFile.path.endswith(f"/{name}", autoescape=True)
    return db.session.scalars(query.where(named).limit(1)).first()


def get_highest_number(year: int) -> int:
    """Return the highest ordinal given in a year, 0 when none was."""
    return db.session.scalar(select(func.max(Course.ordinal)).where(Course.year == year)) or 0


def _version_row(course: Course, version: Version) -> VersionRow:
    return VersionRow(
        id=version.id,
        course_id=course.id,
        slug=course.slug,
        number=f"{course.year}.{course.ordinal}",
        ordinal=version.ordinal,
        digest=version.digest,
        imported_at=version.imported_at,
        published_at=version.published_at,
        is_published=course.published_id == version.id,
        published_id=course.published_id,
        title=version.titles.get(version.language, course.slug),
        language=version.language,
        warnings=tuple(version.warnings),
    )


def _managed(course: Course, newest: Version, published: Version | None) -> ManagedCourse:
    return ManagedCourse(
        slug=course.slug,
        year=course.year,
        ordinal=course.ordinal,
        title=newest.titles.get(newest.language, course.slug),
        language=newest.language,
        published=published.ordinal if published else None,
        published_at=published.published_at if published else None,
        newest=newest.ordinal,
        imported_at=newest.imported_at,
    )
