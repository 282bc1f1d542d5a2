"""What becomes of a certificate after it was issued; each change goes into the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.certificates import queries
from lms.certificates.events import CertificateCorrected, CertificateIssued, CertificateReinstated, CertificateRevoked
from lms.certificates.models import Certificate
from lms.certificates.service import identifying, issuing, journal
from lms.courses.queries import get_tree
from lms.domain import progress
from lms.domain.award import Award
from lms.domain.errors import NotFound, Refused
from lms.domain.identification import Identified, Spelling
from lms.domain.journal import REINSTATED, REVOKED, SUPERSEDED
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.infra.events import publish
from lms.learning.queries import find_enrolment_row
from lms.learning.service import append, lock, refold
from lms.network.queries import find_holder

LONGEST_REASON = 500
AHEAD = timedelta(days=30)
"""How long before its end the holder of a certificate is told."""


def revoke(certificate_id: str, *, reason: str, actor: str | None) -> None:
    """Take back a certificate; everybody may read why. Refused when it does not stand."""
    certificate = _standing(certificate_id, "issued")
    certificate.standing, certificate.ended_at, certificate.reason = "revoked", clock.now(), reason[:LONGEST_REASON]
    journal.append(REVOKED, certificate.code, {"reason": certificate.reason})
    publish(
        CertificateRevoked(
            actor=actor,
            subject_id=certificate.subject_id,
            certificate_id=certificate.id,
            code=certificate.code,
            reason=certificate.reason,
        )
    )


def reinstate(certificate_id: str, *, actor: str | None) -> None:
    """Let a revoked certificate count again. Refused when it was not revoked."""
    certificate = _standing(certificate_id, "revoked")
    certificate.standing, certificate.ended_at, certificate.reason = "issued", None, ""
    journal.append(REINSTATED, certificate.code, {})
    publish(
        CertificateReinstated(
            actor=actor, subject_id=certificate.subject_id, certificate_id=certificate.id, code=certificate.code
        )
    )


def correct(certificate_id: str, *, actor: str | None) -> str:
    """Put a certificate with the holder's present name in place of one with a wrong name, and return its id.

    Everything else stays as it was awarded, but for how the holder was identified: nobody may have seen papers with
    this name. Refused when it does not stand, or the name is the same.
    """
    subject = _subject_of(certificate_id)
    lock(subject)
    certificate = _standing(certificate_id, "issued")
    holder = find_holder(certificate.subject_id)
    if holder is None or certificate.erased_at:
        raise Refused("nobody-to-name")
    award = Award.from_json(certificate.snapshot)
    if (award.name, award.name_latin) == (holder.name, holder.name_latin):
        raise Refused("same-name")
    return replace_by(certificate, _renamed(certificate, award, (holder.name, holder.name_latin)), actor=actor)


def _renamed(certificate: Certificate, award: Award, spelling: Spelling) -> Award:
    """Return the award under another name, with what museums and supervisors said of that name."""
    enrolment = find_enrolment_row(certificate.enrolment_id) if certificate.enrolment_id else None
    version = (enrolment.completed_version_id or enrolment.version_id) if enrolment else None
    found = Identified()
    if enrolment and version:
        found = identifying.identify(
            certificate.subject_id,
            enrolment.id,
            certificate.course_id,
            get_tree(version),
            spelling,
            until=datetime.fromisoformat(award.issued_at),
        )
    name, name_latin = spelling
    return replace(award, name=name, name_latin=name_latin, identity=found.identity, identified_by=found.by)


def reissue(certificate_id: str, *, actor: str | None) -> str:
    """Put a certificate that says the same in place of one whose key is no longer believed, and return its id."""
    lock(_subject_of(certificate_id))
    certificate = _standing(certificate_id, "issued")
    if certificate.erased_at:
        raise Refused("nobody-to-name")
    return replace_by(certificate, Award.from_json(certificate.snapshot), actor=actor)


def replace_by(old: Certificate, award: Award, *, actor: str | None) -> str:
    """Supersede a certificate by another award of the same course, and return the new one's id."""
    # The old one steps down first: of an enrolment only one certificate stands.
    old.standing, old.ended_at = "superseded", clock.now()
    db.session.flush()
    fresh_id = issuing.keep(
        award, subject_id=old.subject_id, enrolment_id=old.enrolment_id, course_id=old.course_id, replaces=old.code
    )
    fresh = db.session.get_one(Certificate, fresh_id)
    old.replaced_by = fresh.code
    journal.append(SUPERSEDED, old.code, {"by": fresh.code})
    if old.subject_id and old.course_id:
        append(
            old.subject_id,
            old.course_id,
            progress.CERTIFIED,
            {"code": fresh.code, "version": award.version_digest, "replaces": old.code},
        )
    if old.enrolment_id:
        refold(old.subject_id, old.course_id)
    db.session.flush()
    publish(
        CertificateCorrected(
            actor=actor, subject_id=old.subject_id, certificate_id=fresh_id, code=fresh.code, replaces=old.code
        )
    )
    publish(
        CertificateIssued(
            subject_id=old.subject_id,
            certificate_id=fresh_id,
            code=fresh.code,
            title=award.title,
            language=award.language,
        )
    )
    return fresh_id


def note_ending(now: datetime) -> list[str]:
    """Return the certificates that end within a month and whose holders were not told, and note that they are now."""
    query = (
        select(Certificate)
        .where(
            Certificate.standing == "issued",
            Certificate.erased_at.is_(None),
            Certificate.reminded_at.is_(None),
            Certificate.valid_until > now,
            Certificate.valid_until < now + AHEAD,
        )
        .order_by(Certificate.valid_until)
        .limit(500)
    )
    ending = db.session.scalars(query).all()
    for certificate in ending:
        certificate.reminded_at = now
    db.session.flush()
    return [certificate.id for certificate in ending]


def _subject_of(certificate_id: str) -> str:
    row = queries.find_certificate(certificate_id)
    if row is None:
        raise NotFound(certificate_id)
    return row.subject_id


def _standing(certificate_id: str, standing: str) -> Certificate:
    """Return a certificate under the write lock; Refused unless it stands so, and while the site waits."""
    journal.ask_open()
    begin_write()
    certificate = db.session.get(Certificate, certificate_id, with_for_update=True, populate_existing=True)
    if certificate is None:
        raise NotFound(certificate_id)
    if certificate.standing != standing:
        raise Refused("standing", standing=certificate.standing)
    return certificate
