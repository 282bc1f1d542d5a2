"""`lms courses translate`: catalogues for translators."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from lms.courses.cli.checking import line_of
from lms.courses.cli.sources import Failure, Unreadable, read_course_files
from lms.courses.cli.storing import stored_files
from lms.domain.attributes import is_kebab
from lms.domain.errors import NotFound
from lms.domain.formats.checker import check as check_files
from lms.domain.formats.coursefiles import read_course
from lms.domain.formats.packages import PackageRefused
from lms.domain.formats.translation import CatalogueUnreadable
from lms.domain.formats.translation import extract as extract_catalogue
from lms.domain.formats.translation import merge as merge_catalogue
from lms.domain.formats.wordings import po_path
from lms.infra.readers import READERS


@dataclass(frozen=True, kw_only=True)
class Source:
    """A course to translate; `folder` is None when it is one of the site."""

    name: Path
    folder: Path | None
    files: dict[str, bytes]

    @property
    def languages(self) -> list[str]:
        """Return the languages that course.yaml lists or that have a catalogue."""
        course = read_course(self.files, READERS).course
        listed = list(course.translations) if course else []
        present = [path[5:-3] for path in self.files if path.startswith("i18n/") and path.endswith(".po")]
        return list(dict.fromkeys([*listed, *present]))


@click.group()
def translate() -> None:
    """Make and look after the catalogues of a course: SLUG|PATH is a course of the site, or its folder."""


@translate.command()
@click.argument("course", metavar="SLUG|PATH")
@click.argument("lang", required=False)
def extract(course: str, lang: str | None) -> None:
    """Write i18n/LANG.po with every text and no translation; without LANG for each language that lacks it.

    For a course of the site the catalogue goes to standard output.
    """
    source = _source(course)
    for code in _languages(source, lang, missing=True):
        if po_path(code) in source.files:
            raise Failure(1, f"{source.name / po_path(code)} is there already; 'merge' brings it up to date.")
        _put(source, code, extract_catalogue(source.files, code, READERS))


@translate.command()
@click.argument("course", metavar="SLUG|PATH")
@click.argument("lang", required=False)
def merge(course: str, lang: str | None) -> None:
    """Bring i18n/LANG.po up to the present texts: what fits is kept, the rest is marked fuzzy.

    For a course of the site the catalogue goes to standard output.
    """
    source = _source(course)
    for code in _languages(source, lang):
        try:
            merged = merge_catalogue(source.files, code, READERS)
        except CatalogueUnreadable as error:
            raise Failure(1, f"{source.name}/{error}") from error
        _put(source, code, merged)


@translate.command()
@click.argument("course", metavar="SLUG|PATH")
@click.argument("lang", required=False)
def check(course: str, lang: str | None) -> None:
    """Print what is missing, fuzzy or changed in the translations; exits with 1 when one changes what it may not."""
    source = _source(course)
    report = check_files(source.files, READERS)
    wanted = tuple(po_path(code) for code in _languages(source, lang))
    folders = tuple(path.removesuffix(".po") + "/" for path in wanted)
    found = [f for f in (*report.faults, *report.warnings) if f.path in wanted or f.path.startswith(folders)]
    for fault in sorted(found):
        click.echo(line_of(source.name, fault))
    lacking = [path for path in wanted if path not in source.files]
    for path in lacking:
        click.echo(f"{source.name / path}:1: there is no such catalogue; 'extract' begins one")
    faults = sum(fault.severity == "fault" for fault in found) + len(lacking)
    click.echo(f"{faults} faults, {len(found) - faults + len(lacking)} warnings", err=True)
    sys.exit(1 if faults else 0)


def _source(course: str) -> Source:
    path = Path(course)
    if not path.exists() and not is_kebab(course):
        raise Failure(2, f"{course}: there is no such file or folder.")
    try:
        files = read_course_files(path) if path.exists() else stored_files(course)
    except PackageRefused as refusal:
        raise Failure(1, f"{course}: {refusal}") from refusal
    except NotFound as error:
        raise Failure(1, f"There is no course '{course}', and no such folder.") from error
    except Unreadable as error:
        raise Failure(2, f"{course}: {error}") from error
    return Source(name=path, folder=path if path.is_dir() else None, files=files)


def _languages(source: Source, lang: str | None, *, missing: bool = False) -> list[str]:
    if lang is not None:
        if not (lang.isascii() and lang.replace("-", "").isalpha() and 2 <= len(lang) <= 8):
            raise Failure(2, f"'{lang}' is no code of a language.")
        return [lang]
    found = [code for code in source.languages if not (missing and po_path(code) in source.files)]
    if not found:
        raise Failure(2, "Name a language: course.yaml lists none that this could be done for.")
    if source.folder is None and len(found) > 1:
        raise Failure(2, f"Name one of the languages {', '.join(found)}.")
    return found


def _put(source: Source, lang: str, catalogue: str) -> None:
    if source.folder is None:
        click.echo(catalogue, nl=False)
        return
    target = source.folder / po_path(lang)
    try:
        target.parent.mkdir(exist_ok=True)
        target.write_text(catalogue, encoding="utf-8", newline="")
    except OSError as error:
        raise Failure(2, f"{target} cannot be written: {error.strerror}.") from error
    click.echo(str(target))
