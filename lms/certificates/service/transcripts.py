"""Transcripts: drawn up from what was learned by now, issued at once, made into a file in background work."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select, update

from lms.certificates import queries
from lms.certificates.events import TranscriptIssued, TranscriptReinstated, TranscriptRevoked
from lms.certificates.models import IssuedTranscript
from lms.certificates.queries import transcripts
from lms.certificates.queries.transcripts import TranscriptRow
from lms.certificates.service import filing, journal, making, numbering, ring, transcript_paper
from lms.certificates.service.lifecycle import LONGEST_REASON
from lms.certificates.service.making import Made
from lms.certificates.service.paper import Unprintable
from lms.domain.credential import hash_email, place_of
from lms.domain.errors import NotFound, Refused
from lms.domain.journal import ERASED, ISSUED, REINSTATED, REVOKED, SUPERSEDED
from lms.domain.transcript import Transcript, make_transcript, without_holder
from lms.domain.transcript_credential import build
from lms.infra import clock, pdf
from lms.infra.db import begin_write, db
from lms.infra.events import publish
from lms.infra.languages import gettext as _
from lms.infra.languages import language
from lms.infra.pause import paused
from lms.infra.site import site
from lms.learning.service import lock
from lms.network.queries import find_holder

log = structlog.get_logger(__name__)

MOST_A_DAY = 12
"""New transcripts of one person in a day; asking for the same one again costs nothing."""


def issue(subject_id: str, languages: Sequence[str]) -> tuple[str, bool]:
    """Issue a transcript as of now in the first of these languages, and return its code and whether it is a new one.

    The same day's is given again when it would say the same. Refused when nothing was learned yet, and beyond
    MOST_A_DAY.
    """
    lock(subject_id)
    drawn, digest = _draw_up(subject_id, languages)
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    today = transcripts.list_since(subject_id, midnight, MOST_A_DAY)
    for row in today:
        if (row.standing, row.facts_digest) == ("issued", digest):
            return row.code, False
    if len(today) >= MOST_A_DAY:
        raise Refused("too-many")
    return _keep(drawn, digest, subject_id).code, True


def _draw_up(subject_id: str, languages: Sequence[str]) -> tuple[Transcript, str]:
    """Return a transcript as of now, and the digest of what it says."""
    courses = transcripts.list_learned(subject_id, languages)
    holder = find_holder(subject_id)
    if not courses or holder is None:
        raise Refused("nothing-learned")
    email, salt = queries.find_email(subject_id) or "", secrets.token_hex(8)
    with language(languages[0]):
        title = _("Transcript of learning")
    drawn = make_transcript(
        courses,
        name=holder.name,
        name_latin=holder.name_latin,
        museum=holder.museum,
        title=title,
        language=languages[0],
        at=clock.now(),
        email_hash=hash_email(email, salt) if email else "",
        email_salt=salt if email else "",
    )
    return drawn, drawn.digest(email)


def _keep(drawn: Transcript, digest: str, subject_id: str, replaces: str | None = None) -> IssuedTranscript:
    """Keep a transcript, write it into the journal, and have its file made."""
    ordinal, code = numbering.take()
    kept = IssuedTranscript(
        id=clock.new_id(),
        code=code,
        subject_id=subject_id,
        standing="issued",
        issued_at=datetime.fromisoformat(drawn.issued_at),
        language=drawn.language,
        snapshot=drawn.as_json(),
        facts_digest=digest,
        ordinal=ordinal,
        reason="",
        replaces=replaces,
    )
    db.session.add(kept)
    db.session.flush()
    facts = {"document": "transcript", "issued_at": drawn.issued_at, "ordinal": ordinal}
    journal.append(ISSUED, code, facts | ({"replaces": replaces} if replaces else {}))
    publish(TranscriptIssued(subject_id=subject_id, transcript_id=kept.id, code=code))
    return kept


def make_file(transcript_id: str) -> TranscriptRow | None:
    """Make and keep the file of a transcript, and return it when this call made it; done twice it changes nothing.

    A letter that our fonts lack is noted for the administrator. Without the PDF libraries the transcript waits.
    """
    row = transcripts.find_transcript(transcript_id)
    if row is None or row.award is None or row.file_digest or paused():
        return None
    try:
        # Nothing is written before this returns: no lock is held while pages are set.
        made = make(row)
    except pdf.Unavailable:
        return None
    except making.NoKey as problem:
        log.warning("transcript waits", transcript=transcript_id, reason=str(problem))
        return None
    except Unprintable as fault:
        filing.note_problem(IssuedTranscript, row, filing.lacking(fault.letters))
        return None
    return row if filing.keep(IssuedTranscript, row, made) else None


def make(row: TranscriptRow) -> Made:
    """Return the signed file and the signed credential of a transcript; the same bytes each time up to the signature.

    Raises NoKey, Unprintable, or pdf.Unavailable when the libraries are not there.
    """
    assert row.award is not None
    key, pdf_key = making.signing_keys()
    unsigned = build(row.award, code=row.code, issuer=ring.issuer(), place=place_of(row.ordinal))
    content = making.prove(unsigned, key, at=datetime.fromisoformat(row.award.issued_at))
    pages = transcript_paper.print_transcript(
        row.code,
        row.award,
        site=site().site_name,
        base_url=site().base_url,
        key=pdf_key.fingerprint,
        credential=content,
    )
    return Made(pdf=making.sign(pages), credential=content, credential_key=key.id, pdf_key=pdf_key.id)


def list_waiting() -> list[str]:
    """Return the transcripts whose files can be made now and are not."""
    return transcripts.list_unmade() if pdf.available() else []


def revoke(transcript_id: str, *, reason: str, actor: str | None) -> None:
    """Take back a transcript; everybody may read why. Refused when it does not stand."""
    found = _standing(transcript_id, "issued")
    found.standing, found.ended_at, found.reason = "revoked", clock.now(), reason[:LONGEST_REASON]
    journal.append(REVOKED, found.code, {"reason": found.reason})
    publish(
        TranscriptRevoked(
            actor=actor, subject_id=found.subject_id, transcript_id=found.id, code=found.code, reason=found.reason
        )
    )


def reinstate(transcript_id: str, *, actor: str | None) -> None:
    """Let a revoked transcript count again. Refused when it was not revoked."""
    found = _standing(transcript_id, "revoked")
    found.standing, found.ended_at, found.reason = "issued", None, ""
    journal.append(REINSTATED, found.code, {})
    publish(TranscriptReinstated(actor=actor, subject_id=found.subject_id, transcript_id=found.id, code=found.code))


def reissue(transcript_id: str) -> str:
    """Put a transcript that says the same in place of one whose key is no longer believed, and return its id."""
    old = _standing(transcript_id, "issued")
    if old.erased_at:
        raise Refused("nobody-to-name")
    old.standing, old.ended_at = "superseded", clock.now()
    fresh = _keep(Transcript.from_json(old.snapshot), old.facts_digest, old.subject_id, replaces=old.code)
    old.replaced_by = fresh.code
    journal.append(SUPERSEDED, old.code, {"by": fresh.code})
    db.session.flush()
    return fresh.id


def _standing(transcript_id: str, standing: str) -> IssuedTranscript:
    """Return a transcript under the write lock; Refused unless it stands so, and while the site waits."""
    journal.ask_open()
    begin_write()
    found = db.session.get(IssuedTranscript, transcript_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(transcript_id)
    if found.standing != standing:
        raise Refused("standing", standing=found.standing)
    return found


def erase_holder(subject_id: str) -> list[str]:
    """Take a person's name out of their transcripts; code, standing, courses and the file's digest stay.

    Return the transcripts whose bytes are to be removed once this is committed: a rollback must find them there.
    """
    subjects = {subject_id, queries.find_canonical(subject_id) or subject_id}
    erased = db.session.scalars(
        select(IssuedTranscript).where(IssuedTranscript.subject_id.in_(subjects), IssuedTranscript.erased_at.is_(None))
    ).all()
    for one in erased:
        one.snapshot, one.facts_digest = without_holder(one.snapshot), ""
        one.erased_at, one.problem = clock.now(), None
        journal.append(ERASED, one.code, {})
    db.session.flush()
    return [one.id for one in erased if one.file_digest]


def forget_file(transcript_id: str) -> None:
    """Remove the bytes of an erased holder's transcript."""
    filing.forget(transcripts.find_transcript(transcript_id))


def follow(canonical: str, other: str) -> None:
    """Put the transcripts of a linked subject under the one that the person's learning is read by."""
    db.session.execute(
        update(IssuedTranscript).where(IssuedTranscript.subject_id == other).values(subject_id=canonical)
    )
