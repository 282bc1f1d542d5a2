"""A certificate of nobody, to see how certificates look: it is not signed, not recorded and not kept."""

from __future__ import annotations

from lms.certificates.service import look, paper
from lms.domain import codes
from lms.domain.award import Award, Module, last_moment
from lms.domain.outline import ItemKind
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.infra.site import site

CODE = codes.encode(bytes(codes.BYTES))
NOTHING = "0" * 64
"""The digest of no course and the fingerprint of no key."""

MONTHS = 36
KINDS: tuple[tuple[ItemKind, ...], ...] = (("lesson", "lesson", "quiz"), ("lesson", "task"), ("lesson", "quiz"))


def print_trial(lang: str) -> bytes:
    """Return a PDF in the language of the present work, with the pictures that the site shows now.

    Raises paper.Unprintable, or pdf.Unavailable when the libraries are not there.
    """
    now = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    pictures = look.digests()
    award = Award(
        name=_("Specimen"),
        name_latin="Specimen",
        museum=_("Museum of the River Port"),
        title=_("Certificate in the care of collections"),
        course_title=_("The Care of Collections"),
        course_number=f"{now.year}.1",
        course_slug="specimen",
        edition=1,
        version_digest=NOTHING,
        modules=(_("Light and air"), _("Handling"), _("Documentation")),
        rooms=tuple(
            Module(minutes=120 + 30 * n, kinds=kinds, after=(n,) if n else ()) for n, kinds in enumerate(KINDS)
        ),
        lessons=4,
        quizzes=2,
        tasks=1,
        hours=7.5,
        outcomes=(_("Judge the climate of a store"), _("Handle an object safely"), _("Write an entry of an inventory")),
        show=("hours", "outcomes", "score"),
        grade_percent=86,
        pass_percent=70,
        signatories=((_("First signatory"), _("for the council")), (_("Second signatory"), _("Director"))),
        assessment="quizzes-tasks",
        identity="self-declared",
        language=lang,
        issued_at=now.isoformat(),
        valid_until=last_moment(now, MONTHS).isoformat(),
        pictures=pictures,
    )
    return paper.print_certificate(
        CODE,
        award,
        site=site().site_name,
        base_url=site().base_url,
        key=NOTHING,
        credential=None,
        pictures=look.rasters(pictures),
    )
