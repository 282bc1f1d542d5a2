"""Reading courses: trees by version, the catalogue, files."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, bindparam, func, select

from lms.courses.models import Course, CourseFile, Version
from lms.domain import outline
from lms.domain.errors import NotFound
from lms.domain.formats.coursefiles import read_course
from lms.domain.formats.translation import in_language
from lms.infra.db import db
from lms.infra.readers import READERS
from lms.infra.storage import storage

TREES_KEPT = 96
"""Course trees kept in memory a process; one of 20 lessons takes about half a megabyte."""


@dataclass(frozen=True, kw_only=True)
class CourseRow:
    """A course as lists show it."""

    id: str
    slug: str
    number: str
    version_id: str
    language: str
    languages: tuple[str, ...]
    level: str
    hours: float
    competencies: tuple[str, ...]
    titles: dict[str, str]
    summaries: dict[str, str]
    facts: dict[str, object]

    def title(self, languages: Sequence[str]) -> tuple[str, str]:
        """Return the title for a reader with this list of languages, and the language that it is in."""
        return _best(self.titles, languages, self.language)

    def summary(self, languages: Sequence[str]) -> tuple[str, str]:
        """Return the summary for a reader with this list of languages, and the language that it is in."""
        return _best(self.summaries, languages, self.language)

    def reading_language(self, languages: Sequence[str]) -> str:
        """Return the language a reader with this list would read the course in."""
        return next((code for code in languages if code in self.languages), self.language)


def _best(texts: dict[str, str], languages: Sequence[str], source: str) -> tuple[str, str]:
    code = next((c for c in languages if texts.get(c)), source)
    return texts.get(code, ""), code


class Trees:
    """Course trees by (version digest, language): immutable, so they are kept as long as there is room."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trees: OrderedDict[tuple[str, str], outline.Course] = OrderedDict()

    def get(self, version_id: str, language: str | None) -> outline.Course:
        """Return the tree of a version in a language (None: its source language)."""
        key = (version_id, language or "")
        with self._lock:
            if key in self._trees:
                self._trees.move_to_end(key)
                return self._trees[key]
        tree = _read_tree(version_id, language)
        with self._lock:
            self._trees[key] = tree
            while len(self._trees) > TREES_KEPT:
                self._trees.popitem(last=False)
        return tree


TREES = Trees()


def get_tree(version_id: str, language: str | None = None) -> outline.Course:
    """Return the course tree of a version; NotFound when there is no such version."""
    return TREES.get(version_id, language)


def _read_tree(version_id: str, language: str | None) -> outline.Course:
    files = version_files(version_id)
    if not files:
        raise NotFound(version_id)
    course = read_course(files, READERS).course
    if course is None:
        raise NotFound(version_id)
    if language is None or language == course.language or f"i18n/{language}.po" not in files:
        return course
    return in_language(course, files, language, READERS)


def version_files(version_id: str) -> dict[str, bytes]:
    """Return every file of a version, byte for byte."""
    rows = db.session.execute(select(CourseFile.path, CourseFile.digest).where(CourseFile.version_id == version_id))
    return {path: storage().get(digest) for path, digest in rows}


_LISTED = (
    select(
        Course.id,
        Course.slug,
        Course.year,
        Course.ordinal,
        Version.id.label("version_id"),
        Version.language,
        Version.languages,
        Version.level,
        Version.hours,
        Version.competencies,
        Version.titles,
        Version.summaries,
        Version.facts,
    )
    .join(Version, Version.id == Course.published_id)
    .order_by(Course.year, Course.ordinal)
)
_BY_SLUG = _LISTED.where(Course.slug == bindparam("slug"))


def course_row(row: Row) -> CourseRow:
    """Turn a row of the list into what pages read."""
    return CourseRow(
        id=row.id,
        slug=row.slug,
        number=f"{row.year}.{row.ordinal}",
        version_id=row.version_id,
        language=row.language,
        languages=tuple(filter(None, row.languages.split(","))),
        level=row.level,
        hours=row.hours,
        competencies=tuple(filter(None, row.competencies.split(","))),
        titles=row.titles,
        summaries=row.summaries,
        facts=row.facts,
    )


def find_published(slug: str) -> CourseRow | None:
    """Return the published course with this slug, if any."""
    row = db.session.execute(_BY_SLUG, {"slug": slug}).first()
    return course_row(row) if row else None


def list_published(
    *,
    ids: Sequence[str] | None = None,
    language: str = "",
    level: str = "",
    competency: str = "",
    after: tuple[int, int] | None = None,
    limit: int = 24,
) -> list[CourseRow]:
    """Return published courses in the order of their numbers, after a number (year, ordinal), that fit the filters."""
    query = _LISTED.limit(limit)
    if ids is not None:
        query = query.where(Course.id.in_(ids))
    if language:
        query = query.where(Version.languages.contains(f",{language},", autoescape=True))
    if level:
        query = query.where(Version.level == level)
    if competency:
        query = query.where(Version.competencies.contains(f",{competency},", autoescape=True))
    if after:
        year, ordinal = after
        query = query.where((Course.year > year) | ((Course.year == year) & (Course.ordinal > ordinal)))
    return [course_row(row) for row in db.session.execute(query)]


def find_course(slug: str) -> Course | None:
    """Return the course row with this slug, published or not."""
    return db.session.scalars(select(Course).where(Course.slug == slug)).first()


def find_version(version_id: str) -> Version | None:
    """Return a version by its id."""
    return db.session.get(Version, version_id)


def list_versions(course_id: str, before: int | None = None, limit: int = 50) -> list[Version]:
    """Return the versions of a course, newest first, below an ordinal."""
    query = select(Version).where(Version.course_id == course_id).order_by(Version.ordinal.desc()).limit(limit)
    if before is not None:
        query = query.where(Version.ordinal < before)
    return list(db.session.scalars(query))


def find_served(digest: str) -> str | None:
    """Return the path of a file that browsers may fetch by its digest."""
    return db.session.scalars(
        select(CourseFile.path).where(CourseFile.digest == digest, CourseFile.served.is_(True)).limit(1)
    ).first()


def count_courses_of_year(year: int) -> int:
    """Return the highest ordinal given in a year, 0 when none was."""
    return db.session.scalar(select(func.max(Course.ordinal)).where(Course.year == year)) or 0
