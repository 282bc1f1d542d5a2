"""Importing, publishing and exporting courses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select

from lms.courses import queries
from lms.courses.events import CourseImported, CoursePublished
from lms.courses.models import Course, CourseFile, Version
from lms.courses.search import index_course
from lms.domain import outline
from lms.domain.errors import NotFound, Refused
from lms.domain.faults import Fault
from lms.domain.formats.checker import check
from lms.domain.formats.manifest import digest_of
from lms.domain.formats.translation import in_language
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.infra.events import publish
from lms.infra.readers import READERS
from lms.infra.storage import storage

SERVED = ("media/", "i18n/")


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What came of an import: the version, or the faults that kept it out."""

    version_id: str | None
    slug: str | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    known: bool = False
    """Whether exactly this version was here before."""


def import_course(files: dict[str, bytes], *, actor: str | None) -> Imported:
    """Check a course and keep it as a version beside the published one; with faults nothing is kept."""
    report = check(files, READERS)
    if report.course is None or report.faults:
        return Imported(version_id=None, slug=None, faults=report.faults, warnings=report.warnings)
    kept = {path: storage().put(content) for path, content in files.items()}
    begin_write()
    course = queries.find_course(report.course.id) or _new_course(report.course.id)
    digest = digest_of(files)
    known = db.session.scalars(select(Version).where(Version.course_id == course.id, Version.digest == digest)).first()
    if known:
        return Imported(
            version_id=known.id, slug=course.slug, faults=(), warnings=report.warnings, known=True
        )
    version = _new_version(course, report.course, files, digest, actor, report.warnings)
    db.session.flush()
    db.session.execute(
        insert(CourseFile),
        [
            {
                "version_id": version.id,
                "path": path,
                "digest": kept[path],
                "size": len(content),
                "served": _is_served(path),
            }
            for path, content in files.items()
        ],
    )
    publish(CourseImported(actor=actor, slug=course.slug, version_id=version.id, digest=digest))
    return Imported(version_id=version.id, slug=course.slug, faults=(), warnings=report.warnings)


def _is_served(path: str) -> bool:
    return path.startswith(SERVED) and not path.endswith(".po")


def _new_course(slug: str) -> Course:
    now = clock.now()
    course = Course(
        id=clock.new_id(),
        slug=slug,
        year=now.year,
        ordinal=queries.count_courses_of_year(now.year) + 1,
        published_id=None,
        created_at=now,
    )
    db.session.add(course)
    db.session.flush()
    return course


def _new_version(
    course: Course,
    tree: outline.Course,
    files: dict[str, bytes],
    digest: str,
    actor: str | None,
    warnings: tuple[Fault, ...],
) -> Version:
    newest = queries.list_versions(course.id, limit=1)
    # A language whose catalogue lies in the course is offered for the list even where it is not complete.
    readable = [code for code in tree.translations if f"i18n/{code}.po" in files]
    trees = {tree.language: tree} | {code: in_language(tree, files, code, READERS) for code in readable}
    version = Version(
        id=clock.new_id(),
        course_id=course.id,
        digest=digest,
        ordinal=newest[0].ordinal + 1 if newest else 1,
        imported_at=clock.now(),
        imported_by=actor,
        published_at=None,
        published_by=None,
        language=tree.language,
        languages="," + ",".join(trees) + ",",
        level=tree.level,
        hours=tree.hours,
        competencies="," + ",".join(tree.competencies) + ",",
        titles={code: t.title for code, t in trees.items()},
        summaries={code: t.summary for code, t in trees.items()},
        facts={
            "modules": len(tree.modules),
            "lessons": sum(1 for item in tree.items.values() if item.kind == "lesson"),
            "certificate": tree.certificate is not None,
            "authors": [author.name for author in tree.authors],
        },
        warnings=[str(warning) for warning in warnings],
    )
    db.session.add(version)
    return version


def publish_version(slug: str, version_id: str, *, actor: str | None) -> None:
    """Make a version what new learners read; those under way are offered it and lose nothing."""
    begin_write()
    course = queries.find_course(slug)
    version = queries.find_version(version_id)
    if course is None or version is None or version.course_id != course.id:
        raise NotFound(slug)
    if course.published_id == version.id:
        raise Refused("already-published")
    course.published_id = version.id
    version.published_at = version.published_at or clock.now()
    version.published_by = version.published_by or actor
    db.session.flush()
    index_course(course.id, queries.get_tree(version.id), version)
    publish(CoursePublished(actor=actor, slug=slug, version_id=version.id, digest=version.digest))


def export_course(slug: str) -> dict[str, bytes]:
    """Return the files of the latest state of a course, byte for byte; NotFound when there is none."""
    course = queries.find_course(slug)
    if course is None:
        raise NotFound(slug)
    return queries.version_files(queries.list_versions(course.id, limit=1)[0].id)


def read_folder(folder: Path) -> dict[str, bytes]:
    """Read a course from a folder; dotfiles are no part of it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
