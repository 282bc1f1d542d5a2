"""A small course with every type of question, for tests that need one to be there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lms.courses import service

COURSES = Path(__file__).resolve().parents[1] / "data/courses"


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A published course."""

    slug: str
    version_id: str


def files_of(name: str = "labels", **changed: str) -> dict[str, bytes]:
    """Return the files of a course below tests/data/courses, with some of them replaced."""
    folder = COURSES / name
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    return files | {path: text.encode() for path, text in changed.items()}


def publish_course(name: str = "labels", files: dict[str, bytes] | None = None) -> Shelf:
    """Import a course and publish it; commits nothing."""
    imported = service.import_course(files or files_of(name), actor=None)
    assert imported.slug, [str(fault) for fault in imported.faults]
    assert imported.version_id
    service.publish_version(imported.slug, imported.version_id, actor=None)
    return Shelf(slug=imported.slug, version_id=imported.version_id)
