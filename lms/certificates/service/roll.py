"""The list of a course's certificates as a file for spreadsheet programs, in the language of who asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from babel import numbers

from lms.certificates.queries import CertificateRow
from lms.domain import spreadsheet
from lms.domain.award import State
from lms.infra.languages import gettext as _
from lms.infra.languages import language
from lms.infra.site import site


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The words of a list, gathered before it is written: it may be sent long after its request has ended."""

    head: tuple[str, ...]
    states: Mapping[State, str]
    files: Mapping[str, str]
    erased: str
    between: str
    """What stands between two cells."""
    zone: tzinfo
    base_url: str


def wording(code: str, zone: str) -> Wording:
    """Return the words in a language, for a reader in a time zone."""
    with language(code):
        return Wording(
            head=(
                _("Name"),
                _("Name in Latin letters"),
                _("Museum"),
                _("Certificate"),
                _("Course"),
                _("Edition of the course"),
                _("Issued"),
                _("Valid until"),
                _("State"),
                _("Code"),
                _("Where to verify it"),
                _("File"),
                _("SHA-256 of the file"),
            ),
            states={
                "valid": _("Valid"),
                "expired": _("Expired"),
                "revoked": _("Revoked"),
                "superseded": _("Superseded"),
                "not yet valid": _("Not yet valid"),
            },
            files={
                "made": _("made"),
                "waiting": _("is still being made"),
                "problem": _("cannot be made: our fonts lack a letter of it"),
                "erased": _("erased, as its holder wished"),
                "lost": _("is not where it should be; the administrators can bring it back from a backup"),
            },
            erased=_("erased"),
            between=spreadsheet.separator(numbers.get_decimal_symbol(code)),
            zone=ZoneInfo(zone),
            base_url=site().base_url,
        )


def file_state(row: CertificateRow) -> str:
    """Say whether the file of a certificate is made, or why it is not: a word of `Wording.files`."""
    if row.award is None:
        return "erased"
    if row.made:
        return "made"
    return "problem" if row.problem else "waiting"


def head(words: Wording) -> bytes:
    """Return how the file begins."""
    return (spreadsheet.MARK + spreadsheet.write_lines([words.head], words.between)).encode()


def lines(rows: Iterable[tuple[CertificateRow, str]], words: Wording, now: datetime) -> bytes:
    """Return lines of certificates, each with what is said of its file."""
    return spreadsheet.write_lines((_cells(row, file, words, now) for row, file in rows), words.between).encode()


def _cells(row: CertificateRow, file: str, words: Wording, now: datetime) -> Sequence[str]:
    award, facts = row.award, row.facts
    return (
        award.name if award else words.erased,
        award.name_latin if award else "",
        award.museum if award else "",
        str(facts["title"]),
        str(facts["course_number"]),
        str(facts["edition"]),
        _day(row.issued_at, words),
        _day(row.valid_until, words) if row.valid_until else "",
        words.states[row.state(now)],
        row.code_spaced,
        f"{words.base_url}/verify/{row.code}",
        file,
        row.file_digest or "",
    )


def _day(moment: datetime, words: Wording) -> str:
    """Return a day as programs of every language read it (ISO 8601)."""
    return moment.astimezone(words.zone).date().isoformat()
