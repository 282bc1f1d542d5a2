"""Keeping the file of a certificate or a transcript: once, and not when its holder was erased meanwhile."""

from __future__ import annotations

from sqlalchemy import CursorResult, select, update

from lms.certificates.models import Certificate, IssuedTranscript
from lms.certificates.queries.documents import Document
from lms.certificates.service import journal, sweeping
from lms.certificates.service.making import Made
from lms.domain.journal import MADE
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.infra.storage import storage

Model = type[Certificate] | type[IssuedTranscript]


def keep(model: Model, row: Document, made: Made) -> bool:
    """Keep what was made; tell whether this call did, and not another one before it."""
    digest, credential_digest = (sweeping.store(row.code, content) for content in (made.pdf, made.credential))
    begin_write()
    done = db.session.execute(
        update(model)
        .where(model.id == row.id, model.file_digest.is_(None), model.erased_at.is_(None))
        .values(
            file_digest=digest,
            file_size=len(made.pdf),
            made_at=clock.now(),
            problem=None,
            credential_digest=credential_digest,
            credential_key=made.credential_key,
            pdf_key=made.pdf_key,
        )
    )
    assert isinstance(done, CursorResult)
    if done.rowcount:
        journal.append(MADE, row.code, {"file": digest, "credential": credential_digest})
        return True
    if db.session.scalar(select(model.erased_at).where(model.id == row.id)):
        storage().remove(digest)
        storage().remove(credential_digest)
    return False


def lacking(letters: str) -> str:
    """Say which letters our fonts lack."""
    named = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters)
    return f"The fonts of the certificate have no {named}."


def note_problem(model: Model, row: Document, problem: str) -> None:
    """Note for the administrator why the file cannot be made."""
    if row.problem != problem:
        db.session.execute(update(model).where(model.id == row.id).values(problem=problem))


def forget(row: Document | None) -> None:
    """Remove the bytes of what an erased holder was given."""
    if row is not None and row.award is None:
        for digest in filter(None, (row.file_digest, row.credential_digest)):
            storage().remove(digest)
