"""The one door to a course and its versions: absent and forbidden look alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from lms.courses import queries
from lms.courses.queries import CourseRow, VersionRow
from lms.domain.attributes import is_kebab
from lms.domain.authority import SITE, Grant, allows
from lms.domain.errors import NotFound
from lms.infra import clock

_DIGEST = re.compile(r"[0-9a-f]{64}")

COURSE = "course"
"""The kind of scope that grants name a course by; its id is the slug."""


def course_for_anybody(slug: str) -> CourseRow:
    """Return a published course."""
    course = queries.find_published(slug) if is_kebab(slug) else None
    if course is None:
        raise NotFound(slug)
    return course


def course_for_trainer(slug: str, grants: Iterable[Grant], permission: str) -> CourseRow:
    """Return a published course for somebody who holds the permission for it."""
    course = course_for_anybody(slug)
    if not allows(grants, permission, at=clock.now(), scope=(COURSE, slug)):
        raise NotFound(slug)
    return course


def version_for_trainer(slug: str, ordinal: int, may: Callable[[str], bool]) -> VersionRow:
    """Return a version of a course that this person may import or publish."""
    version = queries.find_version_by_ordinal(slug, ordinal) if is_kebab(slug) and may(slug) else None
    if version is None:
        raise NotFound(slug)
    return version


def versions_for_trainer(slug: str, before: int | None, limit: int, may: Callable[[str], bool]) -> list[VersionRow]:
    """Return versions of a course that this person may import or publish, newest first, below an ordinal."""
    if not (is_kebab(slug) and may(slug)) or queries.find_course(slug) is None:
        raise NotFound(slug)
    return queries.list_versions(slug, before, limit)


def newest_for_trainer(slug: str, may: Callable[[str], bool]) -> VersionRow:
    """Return the version of a course that was imported last, for a person who may import or publish it."""
    versions = versions_for_trainer(slug, None, 1, may)
    return versions[0]


def reach(grants: Iterable[Grant], permission: str, *, at: datetime) -> frozenset[str] | None:
    """Return the slugs of the courses that grants give a permission for; None when they give it for all."""
    grants = [grant for grant in grants if allows((grant,), permission, at=at)]
    if any(grant.scope_kind == SITE for grant in grants):
        return None
    return frozenset(grant.scope_id for grant in grants if grant.scope_kind == COURSE)


def served_for_anybody(digest: str, name: str) -> str:
    """Return the path of a file that browsers may fetch."""
    path = queries.find_served(digest, name) if _DIGEST.fullmatch(digest) and name.isprintable() else None
    if path is None:
        raise NotFound(digest)
    return path
