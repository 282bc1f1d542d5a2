"""The verdict on a certificate or a file in words: what it is, and what to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lms.certificates.queries import CertificateRow
from lms.certificates.queries.transcripts import TranscriptRow
from lms.certificates.service import words
from lms.certificates.service.checking import Checked
from lms.domain.award import State
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is said first; the title begins with the word that people and programs look for."""

    kind: Literal["yes", "wait", "no"]
    title: str
    about: str = ""
    """What it is about, where the register has nobody to name."""
    advice: str


def on_certificate(row: CertificateRow, state: State, lang: str, *, whole: bool = False) -> Verdict:
    """Say what holds of a certificate; `whole` where the very file was brought and is as it was issued."""
    until = words.day(row.valid_until.isoformat(), lang) if row.valid_until else ""
    ended = words.day(row.ended_at.isoformat(), lang) if row.ended_at else ""
    if state == "valid":
        rely = _("You may rely on what it says: the file is as it was issued.")
        compare = _("You may rely on what this page says. Compare it with the paper before you.")
        return Verdict(kind="yes", title=_("Valid certificate"), advice=rely if whole else compare)
    if state == "expired":
        return Verdict(
            kind="wait",
            title=_("Expired: this certificate held until %(date)s", date=until),
            advice=_("It was genuine and has run out. Ask the holder whether there is a newer one."),
        )
    if state == "not yet valid":
        since = words.day(row.issued_at.isoformat(), lang)
        return Verdict(
            kind="wait",
            title=_("Not yet valid: this certificate holds from %(date)s", date=since),
            advice=_("Do not rely on it before that day."),
        )
    if state == "revoked":
        reason = row.reason or _("none was given")
        return Verdict(
            kind="no",
            title=_("Revoked: this certificate no longer counts"),
            advice=_("Do not accept it. It was revoked on %(date)s. The reason: %(reason)s", date=ended, reason=reason),
        )
    return Verdict(
        kind="no",
        title=_("Superseded: another certificate has taken its place"),
        advice=_("Do not accept it. Since %(date)s the certificate that took its place counts.", date=ended),
    )


def on_transcript(row: TranscriptRow, state: State, lang: str, *, lost: int, whole: bool = False) -> Verdict:
    """Say what holds of a transcript; `lost` is how many certificates in it counted once and do not now."""
    ended = words.day(row.ended_at.isoformat(), lang) if row.ended_at else ""
    if state == "valid" and lost:
        return Verdict(
            kind="wait",
            title=ngettext(
                "Valid transcript, but %(num)d certificate in it no longer counts",
                "Valid transcript, but %(num)d certificates in it no longer count",
                lost,
            ),
            advice=_("Rely on what is said of today: since it was made, certificates were taken back."),
        )
    if state == "valid":
        rely = _("You may rely on what it says: the file is as it was issued.")
        compare = _("You may rely on what this page says. Compare it with the paper before you.")
        return Verdict(kind="yes", title=_("Valid transcript"), advice=rely if whole else compare)
    if state == "not yet valid":
        since = words.day(row.issued_at.isoformat(), lang)
        return Verdict(
            kind="wait",
            title=_("Not yet valid: this transcript holds from %(date)s", date=since),
            advice=_("Do not rely on it before that day."),
        )
    if state == "revoked":
        reason = row.reason or _("none was given")
        return Verdict(
            kind="no",
            title=_("Revoked: this transcript no longer counts"),
            advice=_("Do not accept it. It was revoked on %(date)s. The reason: %(reason)s", date=ended, reason=reason),
        )
    return Verdict(
        kind="no",
        title=_("Superseded: another transcript has taken its place"),
        advice=_("Do not accept it. Since %(date)s the transcript that took its place counts.", date=ended),
    )


def on_nothing() -> Verdict:
    """Say that nobody was given this code; what is no code at all is answered alike."""
    return Verdict(
        kind="no",
        title=_("Not found: no certificate of this site has this code"),
        about=_("Under this code nothing was issued to anybody here."),
        advice=_("Type it once more. If it is right and still not found, do not accept the paper."),
    )


def on_file(checked: Checked) -> Verdict:
    """Say what a file is that does not stand for a certificate by itself."""
    kind, title, about, advice = _of_file(checked)
    return Verdict(kind=kind, title=title, about=about, advice=advice)


def _of_file(checked: Checked) -> tuple[Literal["wait", "no"], str, str, str]:
    known = checked.row is not None
    believe = _("Do not accept it. Believe what the register says, below.")
    if checked.key_stolen:
        return (
            "no",
            _("Not found: the key behind this file was stolen"),
            _("The file bears a signature of this site, made when the key was in other hands."),
            _("Do not accept it. Ask the holder for the certificate that took its place."),
        )
    if checked.origin == "specimen":
        return (
            "wait",
            _("Not found: this is the specimen, and no certificate"),
            _(
                "This site signed it for an invented holder, so that everybody may try to forge it. "
                "Nothing in it was changed."
            ),
            _("Do not accept it from anybody. Change something in it and bring it here again."),
        )
    if checked.origin == "altered" and checked.of_specimen:
        return (
            "no",
            _("Not found: this file was changed after it was made"),
            _("It was made from the specimen, and something in it was changed."),
            _("This forgery was noticed. Do not accept such a file from anybody."),
        )
    if checked.origin == "altered":
        return (
            "no",
            _("Not found: this file was changed after it was issued"),
            _("It bears marks of this site, and is not what this site issued."),
            believe if known else _("Do not accept it, and ask who gave it to you."),
        )
    if checked.origin == "foreign":
        return (
            "no",
            _("Not found: this file was not issued by this site"),
            _("It is signed by somebody else, or with a key that this site never had."),
            _("Ask the one who issued it. Look that the name in its address is really the one you expect."),
        )
    if checked.findings.problem == "busy":
        return (
            "wait",
            _("Not checked: other files are being looked at"),
            _("So many files came at once that yours could not be looked at. Nothing of it was kept."),
            _("Send it again in a minute, or type the code that stands on the certificate: that works at once."),
        )
    if checked.origin == "unreadable":
        return (
            "wait",
            _("Not found: this file cannot be read"),
            _why_unreadable(checked.findings.problem),
            _(
                "Nothing of it was kept. Send the PDF, the badge or the credential as the holder downloaded it, "
                "or type the code."
            ),
        )
    return (
        "wait",
        _("Not found: this is not the original file"),
        _(
            "There is no signature in it: it may be a print, a scan or a picture of a certificate. "
            "That alone is no forgery."
        ),
        _("Compare it with what the register says, below.")
        if known
        else _("Type the code that stands on it: the register then tells what was issued."),
    )


def _why_unreadable(problem: str) -> str:
    return {
        "empty": _("The file is empty."),
        "too-large": _("The file, or something in it, is too large."),
        "too-long": _("Looking at the file took too long."),
        "encrypted": _("The file is locked with a password."),
        "too-deep": _("The file is nested too deep."),
        "ambiguous": _("Something stands in it more than once, so that nobody can tell which one counts."),
        "too-many-objects": _("It has more parts than any certificate."),
    }.get(problem, _("The file is damaged, or of another kind."))


def names_of_failed(checked: Checked) -> list[str]:
    """Return the names of the checks that a file did not pass, in the order of the list."""
    names = (
        (checked.record, _("Record")),
        (checked.file, _("File")),
        (checked.signature, _("Signature of the file")),
        (checked.key, _("Key")),
        (checked.proof, _("Proof of the credential")),
        (checked.claims, _("Claims")),
    )
    return [name for mark, name in names if mark == "bad"]
