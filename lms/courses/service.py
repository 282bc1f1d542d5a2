"""Importing, publishing and exporting courses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from lms.courses import queries
from lms.courses.events import CourseImported, CoursePublished
from lms.courses.models import Course, CourseFile, Version
from lms.courses.queries.catalogue import WORDS, members
from lms.domain import outline
from lms.domain.attributes import is_kebab
from lms.domain.errors import NotFound, Refused
from lms.domain.faults import Fault
from lms.domain.formats.checker import CheckReport, check
from lms.domain.formats.manifest import digest as digest_of
from lms.domain.formats.packages import pack, unpack
from lms.domain.formats.translation import in_language
from lms.infra import clock
from lms.infra.db import begin_write, db, is_sqlite
from lms.infra.events import publish
from lms.infra.folders import read_folder
from lms.infra.places import place
from lms.infra.readers import READERS
from lms.infra.storage import storage

Files = Mapping[str, bytes]
May = Callable[[str], bool]
"""Tells whether the person at work may do this to the course with a slug."""

SERVED = ("media/", "i18n/")

IMPORTING = 0x636F7572736573
"""The key of PostgreSQL's lock on imports."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What came of an import: the version, or the faults that kept it out."""

    version_id: str | None
    slug: str | None
    ordinal: int | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    known: bool = False
    """Whether exactly this version was here before."""


@dataclass(frozen=True, kw_only=True)
class _Checked:
    """A course without faults, with everything that its rows say; made before the write lock is taken."""

    tree: outline.Course
    trees: Mapping[str, outline.Course]
    kept: Mapping[str, tuple[str, int]]
    digest: str
    warnings: tuple[Fault, ...]
    kept_back: frozenset[str]


def may_all(_slug: str) -> bool:
    """Tell that whoever runs a command on the machine may do everything."""
    return True


def import_package(package: Path, *, actor: str | None, may: May) -> Imported:
    """Import a zip by the rules of packages; raises PackageRefused, and Refused for a course that is not one's own."""
    with package.open("rb") as opened:
        files = unpack(opened, READERS)
    return import_course(files, actor=actor, may=may)


def import_course(files: Files, *, actor: str | None, may: May = may_all, shipped: bool = False) -> Imported:
    """Check a course and keep it as a version beside the published one; with faults nothing is kept."""
    report = check(files, READERS)
    if report.course is None or report.faults:
        return Imported(version_id=None, slug=None, ordinal=None, faults=report.faults, warnings=report.warnings)
    slug = report.course.id
    if not may(slug):
        raise Refused("not-yours", slug=slug)
    checked = _prepare(report.course, files, report)
    _wait_for_turn()
    course = queries.find_course(slug) or _new_course(slug)
    version = _find_same(course.id, checked.digest)
    known = version is not None
    if version is None:
        version = _new_version(course, checked, actor, shipped=shipped)
        publish(CourseImported(actor=actor, slug=slug, version_id=version.id, digest=version.digest))
    return Imported(
        version_id=version.id, slug=slug, ordinal=version.ordinal, faults=(), warnings=report.warnings, known=known
    )


def _prepare(tree: outline.Course, files: Files, report: CheckReport) -> _Checked:
    # A language whose catalogue lies in the course is offered even where it is not complete.
    readable = [code for code in tree.translations if f"i18n/{code}.po" in files]
    trees = {tree.language: tree} | {code: in_language(tree, files, code, READERS) for code in readable}
    kept = {path: (storage().put(content), len(content)) for path, content in files.items()}
    return _Checked(
        tree=tree, trees=trees, kept=kept, digest=tree.digest, warnings=report.warnings, kept_back=report.kept_back
    )


def _wait_for_turn() -> None:
    """Let one import through at a time, so that no two courses get one number, nor one course two rows."""
    begin_write()
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(IMPORTING)))


def _lock_course(slug: str) -> Course | None:
    """Return the course, held against others who publish until the commit."""
    return db.session.scalars(select(Course).where(Course.slug == slug).with_for_update()).first()


def _find_same(course_id: str, digest: str) -> Version | None:
    return db.session.scalars(select(Version).where(Version.course_id == course_id, Version.digest == digest)).first()


def _new_course(slug: str) -> Course:
    now = clock.now()
    course = Course(
        id=clock.new_id(),
        slug=slug,
        year=now.year,
        ordinal=queries.get_highest_number(now.year) + 1,
        published_id=None,
        created_at=now,
    )
    db.session.add(course)
    db.session.flush()
    return course


def _new_version(course: Course, checked: _Checked, actor: str | None, *, shipped: bool) -> Version:
    newest = queries.find_newest(course.id)
    tree = checked.tree
    version = Version(
        id=clock.new_id(),
        course_id=course.id,
        digest=checked.digest,
        ordinal=newest.ordinal + 1 if newest else 1,
        imported_at=clock.now(),
        imported_by=actor,
        published_at=None,
        published_by=None,
        language=tree.language,
        languages=_listed(checked.trees),
        level=tree.level,
        hours=tree.hours,
        competencies=_listed(tree.competencies),
        titles=_translated(checked.trees, "title"),
        summaries=_translated(checked.trees, "summary"),
        facts=_facts(tree),
        warnings=[str(warning) for warning in checked.warnings],
        shipped=shipped,
    )
    db.session.add(version)
    db.session.flush()
    db.session.execute(
        insert(CourseFile),
        [
            {
                "version_id": version.id,
                "path": path,
                "digest": digest,
                "size": size,
                "served": _is_served(path) and path not in checked.kept_back,
            }
            for path, (digest, size) in checked.kept.items()
        ],
    )
    return version


def _listed(values: Iterable[str]) -> str:
    return "".join(f",{value}" for value in values) + ","


def _is_served(path: str) -> bool:
    return path.startswith(SERVED) and not path.endswith(".po")


def _translated(trees: Mapping[str, outline.Course], key: str) -> dict[str, str]:
    """Return the title or the summary in each language that really has it."""
    return {code: getattr(tree, key) for code, tree in trees.items() if tree.language_of(f"course.yaml#{key}") == code}


def _facts(tree: outline.Course) -> dict[str, Any]:
    """Return what lists and small plans say of a course."""
    numbers = {module.id: number for number, module in enumerate(tree.modules, start=1)}
    kinds = [item.kind for item in tree.items.values()]
    return {
        "modules": len(tree.modules),
        "lessons": kinds.count("lesson"),
        "quizzes": kinds.count("quiz"),
        "tasks": kinds.count("task"),
        "certificate": tree.certificate is not None,
        "authors": [author.name for author in tree.authors],
        "rooms": [
            {
                "minutes": sum(tree.items[key].minutes for key in module.items),
                "items": [(key, tree.items[key].kind) for key in module.items],
                "after": [numbers[key] for key in module.after],
            }
            for module in tree.modules
        ],
    }


def publish_version(slug: str, version_id: str, *, actor: str | None, may: May = may_all) -> None:
    """Make a version what new learners read; those under way are offered it and lose nothing."""
    version = queries.find_version(version_id) if may(slug) else None
    if version is None:
        raise NotFound(slug)
    words = {code: " ".join(_words(version.id, code)) for code in members(version.languages)}
    begin_write()
    course = _lock_course(slug)
    version = queries.find_version(version_id)
    if course is None or version is None or version.course_id != course.id:
        raise NotFound(slug)
    if course.published_id == version.id:
        raise Refused("already-published")
    course.published_id = version.id
    version.published_at = version.published_at or clock.now()
    version.published_by = version.published_by or actor
    db.session.flush()
    WORDS.replace(course.id, words)
    publish(CoursePublished(actor=actor, slug=slug, version_id=version.id, digest=version.digest))


def _words(version_id: str, language: str) -> Iterator[str]:
    """Yield what the catalogue search finds a course by."""
    tree = queries.get_tree(version_id, language)
    yield from (tree.title, tree.summary, *tree.outcomes.values())
    yield from (module.title for module in tree.modules)
    yield from (item.title for item in tree.items.values())
    yield from (term.term for term in tree.glossary.values())
    yield from (author.name for author in tree.authors)


def export_course(slug: str, *, may: May = may_all) -> Files:
    """Return the files of the latest state of a course, byte for byte; NotFound when there is none."""
    course = queries.find_course(slug) if is_kebab(slug) and may(slug) else None
    newest = queries.find_newest(course.id) if course else None
    if newest is None:
        raise NotFound(slug)
    return queries.version_files(newest.id)


def export_package(slug: str, *, may: May = may_all) -> bytes:
    """Return the latest state of a course as a zip, the same bytes for the same state."""
    return pack(export_course(slug, may=may), folder=slug)


CURRICULUM = ("running-a-museum", "museums-go-digital", "museum-as-a-place-of-learning")
"""The order in which the shipped courses get their numbers."""

NO_EDITIONS: Mapping[str, Callable[[Files], Files]] = {}


def import_shipped(editions: Mapping[str, Callable[[Files], Files]] = NO_EDITIONS) -> None:
    """Bring the courses that ship with the site to this release's state; what a trainer published stays published.

    A demonstration asks for another edition of some (by the names of their folders), as an earlier release had it.
    """
    for folder in sorted(place("courses").iterdir(), key=_in_order):
        if (folder / "course.yaml").is_file():
            files = read_folder(folder)
            _import_shipped(editions[folder.name](files) if folder.name in editions else files, folder)


def _in_order(folder: Path) -> tuple[int, str]:
    """Return where a shipped course stands: as the curriculum has them, then by name."""
    return (CURRICULUM.index(folder.name) if folder.name in CURRICULUM else len(CURRICULUM)), folder.name


def _import_shipped(files: Files, folder: Path) -> None:
    if db.session.scalars(select(Version.id).where(Version.digest == digest_of(files), Version.shipped)).first():
        return
    done = import_course(files, actor=None, shipped=True)
    if done.version_id is None or done.slug is None:
        raise ShippedCourseFaulty(f"{folder}: " + "; ".join(map(str, done.faults)))
    course = queries.find_course(done.slug)
    published = queries.find_version(course.published_id) if course and course.published_id else None
    if published is None or (published.shipped and not done.known):
        publish_version(done.slug, done.version_id, actor=None)


class ShippedCourseFaulty(Exception):
    """A course of this release has faults; the message lists them."""
