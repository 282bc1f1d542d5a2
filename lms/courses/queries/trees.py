"""Course trees by version and language, kept in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from lms.courses.models import CourseFile
from lms.domain.errors import NotFound
from lms.domain.formats.coursefiles import read_course
from lms.domain.formats.translation import in_language
from lms.domain.outline import Course
from lms.infra.db import db
from lms.infra.readers import READERS
from lms.infra.storage import Storage, storage

TREES_KEPT = 96
"""Course trees kept in memory a process; one of 20 lessons takes about half a megabyte."""


class StoredFiles(Mapping[str, bytes]):
    """The files of a version by path; each is read from the disk when it is asked for, and not kept."""

    def __init__(self, digests: Mapping[str, str], kept: Storage) -> None:
        self._digests = digests
        self._kept = kept

    def __getitem__(self, path: str) -> bytes:
        """Return what a file holds."""
        return self._kept.get(self._digests[path])

    def __iter__(self) -> Iterator[str]:
        """Yield the paths, sorted."""
        return iter(self._digests)

    def __len__(self) -> int:
        """Count the files."""
        return len(self._digests)


class Trees:
    """Course trees by (version, language): immutable, so they are kept as long as there is room."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trees: OrderedDict[tuple[str, tuple[str, ...]], Course] = OrderedDict()

    def get(self, version_id: str, languages: tuple[str, ...]) -> Course:
        """Return the tree of a version in the languages that the reader knows, best first (none: the source's)."""
        key = (version_id, languages)
        with self._lock:
            if key in self._trees:
                self._trees.move_to_end(key)
                return self._trees[key]
        tree = _read_tree(version_id, languages)
        with self._lock:
            self._trees[key] = tree
            while len(self._trees) > TREES_KEPT:
                self._trees.popitem(last=False)
        return tree


TREES = Trees()


def get_tree(version_id: str, language: str | Sequence[str] | None = None) -> Course:
    """Return the course tree of a version; NotFound when there is no such version.

    Of several languages the first that the course speaks becomes the tree's; each text comes in the first there is.
    """
    return TREES.get(version_id, (language,) if isinstance(language, str) else tuple(language or ()))


def _read_tree(version_id: str, languages: tuple[str, ...]) -> Course:
    files = version_files(version_id)
    if not files:
        raise NotFound(version_id)
    course = read_course(files, READERS).course
    if course is None:
        raise NotFound(version_id)
    spoken = [code for code in languages if code == course.language or f"i18n/{code}.po" in files]
    return in_language(course, files, spoken, READERS) if spoken else course


def version_files(version_id: str) -> Mapping[str, bytes]:
    """Return every file of a version, byte for byte; nothing when there is no such version."""
    rows = db.session.execute(
        select(CourseFile.path, CourseFile.digest).where(CourseFile.version_id == version_id).order_by(CourseFile.path)
    )
    return StoredFiles({row.path: row.digest for row in rows}, storage())
