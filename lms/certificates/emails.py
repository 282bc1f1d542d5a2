"""The letters of certificates, each in its reader's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from babel.dates import format_date

from lms.domain.award import Award
from lms.domain.codes import spaced
from lms.domain.transcript import Transcript
from lms.infra.languages import gettext as _
from lms.infra.languages import language
from lms.infra.mail import Message
from lms.infra.site import site
from lms.web.letters import write_letter


def certificate_made(award: Award, code: str, *, to: str, languages: Sequence[str]) -> Message:
    """Tell the holder that the certificate is there, with the link to its file."""
    settings, chosen = site(), _spoken(languages)
    with language(chosen):
        subject = _("Your certificate: %(title)s", title=award.title)
    return write_letter(
        "certificates/email/made",
        to=to,
        subject=subject,
        purpose="certificates.made",
        code=chosen,
        award=award,
        number=spaced(code),
        file=f"{settings.base_url}/certificates/{code}.pdf",
        check=f"{settings.base_url}/verify/{code}",
    )


class Known(Protocol):
    """What a letter says of a certificate."""

    @property
    def award(self) -> Award | None:
        """Return the facts."""

    @property
    def code(self) -> str:
        """Return the code."""

    @property
    def reason(self) -> str:
        """Return why it was revoked."""


def certificate_revoked(certificate: Known, *, to: str, languages: Sequence[str]) -> Message:
    """Tell the holder that a certificate no longer counts, and why."""
    return _about(
        certificate,
        "revoked",
        lambda award: (
            _("Your certificate was revoked: %(title)s", title=award.title),
            _("The certificate for “%(course)s” no longer counts.", course=award.course_title),
            _("The reason, which everybody who verifies it can read: %(reason)s", reason=certificate.reason),
            _("What you learned is kept. If you think that this is a mistake, answer this letter."),
        ),
        to=to,
        languages=languages,
    )


def certificate_reinstated(certificate: Known, *, to: str, languages: Sequence[str]) -> Message:
    """Tell the holder that a certificate counts again."""
    return _about(
        certificate,
        "reinstated",
        lambda award: (
            _("Your certificate counts again: %(title)s", title=award.title),
            _("The certificate for “%(course)s” was reinstated.", course=award.course_title),
            _("The file that you have is good as it is."),
        ),
        to=to,
        languages=languages,
    )


def certificate_corrected(certificate: Known, *, to: str, languages: Sequence[str]) -> Message:
    """Tell the holder that a certificate was replaced by a corrected one."""
    return _about(
        certificate,
        "corrected",
        lambda award: (
            _("Your certificate was replaced: %(title)s", title=award.title),
            _("There is a new certificate for “%(course)s”.", course=award.course_title),
            _("Whoever verifies the old one is told that it was replaced. Please give out the new one from now on."),
        ),
        to=to,
        languages=languages,
    )


def certificate_ending(certificate: Known, *, to: str, languages: Sequence[str]) -> Message:
    """Remind the holder that a certificate ends within a month."""
    return _about(
        certificate,
        "ending",
        lambda award: (
            _("Your certificate will soon end: %(title)s", title=award.title),
            _(
                "The certificate for “%(course)s” is valid until %(date)s.",
                course=award.course_title,
                date=format_date(award.holds_until, format="long", locale=_spoken(languages)),
            ),
            _("After that whoever verifies it is told that it has expired. The course stays open to you."),
        ),
        to=to,
        languages=languages,
    )


def _spoken(languages: Sequence[str]) -> str:
    settings = site()
    return next((known for known in languages if known in settings.languages), settings.languages[0])


class KnownTranscript(Protocol):
    """What a letter says of a transcript."""

    @property
    def award(self) -> Transcript | None:
        """Return the facts."""

    @property
    def code(self) -> str:
        """Return the code."""

    @property
    def reason(self) -> str:
        """Return why it was revoked."""


def transcript_revoked(transcript: KnownTranscript, *, to: str, languages: Sequence[str]) -> Message:
    """Tell the holder that a transcript no longer counts, and why."""
    with language(_spoken(languages)):
        said = (
            _("Your transcript was revoked"),
            _("The transcript %(code)s no longer counts.", code=spaced(transcript.code)),
            _("The reason, which everybody who verifies it can read: %(reason)s", reason=transcript.reason),
            _("What you learned is kept. If you think that this is a mistake, answer this letter."),
        )
    return _write(said, transcript.award, transcript.code, "transcript-revoked", to=to, languages=languages)


def transcript_reinstated(transcript: KnownTranscript, *, to: str, languages: Sequence[str]) -> Message:
    """Tell the holder that a transcript counts again."""
    with language(_spoken(languages)):
        said = (
            _("Your transcript counts again"),
            _("The transcript %(code)s was reinstated.", code=spaced(transcript.code)),
            _("The file that you have is good as it is."),
        )
    return _write(said, transcript.award, transcript.code, "transcript-reinstated", to=to, languages=languages)


def _about(
    certificate: Known,
    purpose: str,
    write: Callable[[Award], tuple[str, ...]],
    *,
    to: str,
    languages: Sequence[str],
) -> Message:
    award = certificate.award
    assert award is not None
    with language(_spoken(languages)):
        said = write(award)
    return _write(said, award, certificate.code, purpose, to=to, languages=languages)


def _write(
    said: tuple[str, ...],
    award: Award | Transcript | None,
    code: str,
    purpose: str,
    *,
    to: str,
    languages: Sequence[str],
) -> Message:
    """Return a letter of a subject and paragraphs, with the label of what it is about."""
    assert award is not None
    subject, *paragraphs = said
    return write_letter(
        "certificates/email/standing",
        to=to,
        subject=subject,
        purpose=f"certificates.{purpose}",
        code=_spoken(languages),
        award=award,
        heading_text=subject,
        paragraphs=paragraphs,
        number=spaced(code),
        check=f"{site().base_url}/verify/{code}",
    )
