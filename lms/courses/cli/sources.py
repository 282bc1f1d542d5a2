"""Where commands read courses from: the folder of a course, a folder of courses, or a package."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import click

from lms.domain.formats.layout import FOLDERS
from lms.domain.formats.packages import unpack
from lms.domain.formats.rules import COURSE
from lms.infra.folders import read_folder
from lms.infra.readers import READERS


class Failure(click.ClickException):
    """Ends a command with a status and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.exit_code = status  # type: ignore[misc]  # Click reads it from the instance

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the reason as it stands."""
        click.echo(self.message, err=True, file=file)


class Unreadable(Exception):
    """A path cannot be read; the message says why."""


def courses_in(path: Path) -> list[Path]:
    """Return the courses at a path: itself, or those in a folder of courses; raises Unreadable."""
    if path.is_file() or _is_course(path):
        return [path]
    if not path.is_dir():
        raise Unreadable("there is no such file or folder.")
    try:
        inner = sorted(path.iterdir())
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}.") from error
    found = [course for course in inner if _is_course(course) or _is_package(course)]
    if not found:
        raise Unreadable(f"there is no {COURSE} in it, nor in its folders.")
    return found


def read_course_files(path: Path) -> dict[str, bytes]:
    """Return the files of a course by path; raises Unreadable, and PackageRefused for a package that breaks a rule."""
    try:
        if path.is_file():
            with path.open("rb") as opened:
                return unpack(opened, READERS)
        return read_folder(path)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}.") from error


def _is_course(path: Path) -> bool:
    """Tell whether a folder is a course; one that lacks its course.yaml, but has lessons, is one with a fault."""
    return path.is_dir() and ((path / COURSE).is_file() or any((path / name).is_dir() for name in FOLDERS))


def _is_package(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() == ".zip"
