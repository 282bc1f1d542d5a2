"""What happened to courses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CourseImported:
    """A version was imported and stands beside the published one."""

    actor: str | None
    slug: str
    version_id: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class CoursePublished:
    """A version became what learners read."""

    actor: str | None
    slug: str
    version_id: str
    digest: str
