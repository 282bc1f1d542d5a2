"""The letters of certificates, each in its reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from lms.domain.award import Award
from lms.domain.codes import spaced
from lms.infra.languages import gettext as _
from lms.infra.languages import language
from lms.infra.mail import Message
from lms.infra.site import site
from lms.web.letters import write_letter


def certificate_made(award: Award, code: str, *, to: str, languages: Sequence[str]) -> Message:
    """Tell the holder that the certificate is there, with the link to its file."""
    settings = site()
    chosen = next((known for known in languages if known in settings.languages), settings.languages[0])
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
