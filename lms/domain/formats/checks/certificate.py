"""The certificate: that its pictures can be printed, and that its second language is there."""

from __future__ import annotations

from lms.domain.faults import Faults
from lms.domain.formats.checks.references import Used, use_medium
from lms.domain.formats.coursefiles import Opened
from lms.domain.formats.layout import extension
from lms.domain.formats.pictures import FAULTS, find_fault
from lms.domain.formats.rules import COURSE
from lms.domain.formats.wordings import po_path
from lms.domain.outline import CertificateTerms

ENDINGS = ("png", "jpg", "jpeg")


def check_certificate(opened: Opened, used: Used, faults: Faults) -> frozenset[str]:
    """Check pictures and languages; return the files that are for the certificate alone.

    A scan of a signature at a public address would invite misuse.
    """
    terms = opened.rules.certificate if opened.rules else None
    if terms is None:
        return frozenset()
    _check_second_language(opened, terms, faults)
    pictures = terms.pictures()
    kept_back = {name for name in pictures.values() if name not in used.media}
    for place, name in pictures.items():
        _check_picture(opened, place, name, used, faults)
    return frozenset(file for name in kept_back for file in _files(opened, name))


def _check_picture(opened: Opened, place: str, name: str, used: Used, faults: Faults) -> None:
    line, file = opened.session.lines.get(f"{COURSE}#certificate.{place}", 1), f"media/{name}"
    if not use_medium(opened, COURSE, file, file, line, used, faults):
        return
    if extension(name) not in ENDINGS:
        faults.add(COURSE, line, f"'{file}' {FAULTS['kind']}")
        return
    for path in _files(opened, name):
        if fault := find_fault(opened.session.files[path]):
            faults.add(COURSE, line, f"'{path}' {FAULTS[fault]}")


def _files(opened: Opened, name: str) -> list[str]:
    """Return where a file below media/ stands, and where translations replace it."""
    replaced = [path for (_, medium), path in opened.layout.translated_media.items() if medium == name]
    return [path for path in (opened.layout.media.get(name), *replaced) if path]


def _check_second_language(opened: Opened, terms: CertificateTerms, faults: Faults) -> None:
    code, course = terms.second_language, opened.rules
    if not code or course is None or code == course.language:
        return
    line = opened.session.lines.get(f"{COURSE}#certificate.second_language", 1)
    if code not in course.translations:
        missing = f"'translations' does not list '{code}'"
    elif code not in opened.layout.catalogues:
        missing = f"there is no {po_path(code)} yet"
    else:
        return
    faults.warn(COURSE, line, f"certificates come in one language: {missing}")
