"""Tables of certificates and transcripts, their journal, names, sittings, packages, proposals, and how they look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from lms.domain.names import fold_title
from lms.infra.db import Base, Instant, Json

Number = BigInteger().with_variant(Integer, "sqlite")


def folded(*texts: str) -> str:
    """Return texts as certificates are searched by them."""
    return " ".join(filter(None, map(fold_title, texts)))[:400]


class Certificate(Base):
    """One award: its snapshot, and the bytes of its file once they are made.

    `snapshot` holds the holder's name and can be emptied by erasure; code, course, dates and digest stay. Of one that
    was taken back from its file neither enrolment nor holder nor course need be known: these are then None, '' and ''.
    """

    __tablename__ = "certificates_certificate"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    subject_id: Mapped[str] = mapped_column(String(32))
    enrolment_id: Mapped[str | None] = mapped_column(ForeignKey("learning_enrolment.id"))
    course_id: Mapped[str] = mapped_column(String(32))
    standing: Mapped[str] = mapped_column(String(16), default="issued")
    issued_at: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime | None] = mapped_column(Instant)
    language: Mapped[str] = mapped_column(String(8))
    snapshot: Mapped[dict[str, object]] = mapped_column(Json)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    file_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the file as it was issued; kept when the bytes are erased."""
    file_size: Mapped[int | None] = mapped_column(Integer)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[str | None] = mapped_column(Text)
    """Why the file could not be made, for the administrator; the award holds all the same."""
    ordinal: Mapped[int | None] = mapped_column(Number, unique=True)
    """Its number among all; its place in the status lists follows from it."""
    credential_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the signed credential, which is kept as a file of its own too."""
    credential_key: Mapped[str | None] = mapped_column(String(32))
    pdf_key: Mapped[str | None] = mapped_column(String(32))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was revoked or replaced."""
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Why it was revoked, for everybody to read."""
    replaced_by: Mapped[str | None] = mapped_column(String(16))
    replaces: Mapped[str | None] = mapped_column(String(16))
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    folded: Mapped[str] = mapped_column(String(400), default="", server_default="")
    """Names and museum as trainers search them; it follows the snapshot, so that erasure empties it too."""

    @validates("snapshot")
    def _fold(self, _key: str, facts: Mapping[str, object]) -> Mapping[str, object]:
        self.folded = folded(*(str(facts.get(word, "")) for word in ("name", "name_latin", "museum")))
        return facts

    __table_args__ = (
        Index(
            "uq_certificates_certificate_standing",
            "enrolment_id",
            unique=True,
            sqlite_where=text("standing <> 'superseded'"),
            postgresql_where=text("standing <> 'superseded'"),
        ),
        Index("ix_certificates_ending", "valid_until"),
        Index("ix_certificates_issued", "issued_at", "id"),
        Index("ix_certificates_file", "file_digest"),
        Index("ix_certificates_credential", "credential_digest"),
        Index("ix_certificates_subject_issued", "subject_id", "issued_at", "id"),
        Index("ix_certificates_course_issued", "course_id", "issued_at", "id"),
        Index(
            "ix_certificates_unmade",
            "issued_at",
            sqlite_where=text("file_digest IS NULL AND erased_at IS NULL"),
            postgresql_where=text("file_digest IS NULL AND erased_at IS NULL"),
        ),
    )


class IssuedTranscript(Base):
    """Everything that somebody had learned on a day: its snapshot, and the bytes of its file once they are made.

    Codes and ordinals are those of certificates too: none is given twice (see service.numbering).
    """

    __tablename__ = "certificates_transcript"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    subject_id: Mapped[str] = mapped_column(String(32))
    standing: Mapped[str] = mapped_column(String(16), default="issued")
    issued_at: Mapped[datetime] = mapped_column(Instant)
    language: Mapped[str] = mapped_column(String(8))
    snapshot: Mapped[dict[str, object]] = mapped_column(Json)
    facts_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what it says: asked for again on the same day, the same is given; '' once the holder was erased."""
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    file_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    file_size: Mapped[int | None] = mapped_column(Integer)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[str | None] = mapped_column(Text)
    """Why the file could not be made, for the administrator."""
    ordinal: Mapped[int] = mapped_column(Number, unique=True)
    credential_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    credential_key: Mapped[str | None] = mapped_column(String(32))
    pdf_key: Mapped[str | None] = mapped_column(String(32))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, default="")
    replaced_by: Mapped[str | None] = mapped_column(String(16))
    replaces: Mapped[str | None] = mapped_column(String(16))

    __table_args__ = (
        Index("ix_certificates_transcript_issued", "issued_at", "id"),
        Index("ix_certificates_transcript_subject", "subject_id", "issued_at", "id"),
        Index(
            "ix_certificates_transcript_unmade",
            "issued_at",
            sqlite_where=text("file_digest IS NULL AND erased_at IS NULL"),
            postgresql_where=text("file_digest IS NULL AND erased_at IS NULL"),
        ),
    )


class Head(Base):
    """The end of the journal, a single row; its lock puts issues and changes of standing in one order."""

    __tablename__ = "certificates_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    next_seq: Mapped[int] = mapped_column(Number)
    next_ordinal: Mapped[int] = mapped_column(Number)
    digest: Mapped[str] = mapped_column(String(64))


class Entry(Base):
    """One issue or change of standing. Never updated, never deleted; each holds the digest of the one before it."""

    __tablename__ = "certificates_entry"

    seq: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(16), index=True)
    facts: Mapped[dict[str, object]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(64))


class Sitting(Base):
    """A time at a centre in which somebody watches over learners who take the final quiz of a course."""

    __tablename__ = "certificates_sitting"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("courses_course.id"))
    museum_id: Mapped[str] = mapped_column(ForeignKey("network_museum.id"))
    opened_by: Mapped[str] = mapped_column(String(32), index=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    """When it ends by itself."""
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    """When somebody ended it, before that."""

    __table_args__ = (
        Index("ix_certificates_sitting_course_opened", "course_id", "opened_at"),
        Index("ix_certificates_sitting_opened", "opened_at", "id"),
    )


class Presence(Base):
    """Somebody who sat there, and the name that the papers bore, as a certificate would bear it."""

    __tablename__ = "certificates_presence"

    sitting_id: Mapped[str] = mapped_column(ForeignKey("certificates_sitting.id"), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_latin: Mapped[str] = mapped_column(String(120), default="")
    seen_by: Mapped[str] = mapped_column(String(32), index=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_certificates_presence_subject", "subject_id"),)


class FrozenName(Base):
    """The name that stood in the profile when the first graded attempt began: the certificate bears it."""

    __tablename__ = "certificates_frozen_name"

    enrolment_id: Mapped[str] = mapped_column(ForeignKey("learning_enrolment.id"), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_latin: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant)


class Packed(Base):
    """A certificate that stands in a package somebody ordered: the package goes when its holder is erased."""

    __tablename__ = "certificates_packed"

    order_id: Mapped[str] = mapped_column(ForeignKey("orders_order.id", ondelete="CASCADE"), primary_key=True)
    certificate_id: Mapped[str] = mapped_column(ForeignKey("certificates_certificate.id"), primary_key=True, index=True)


class Proposal(Base):
    """Certificates that somebody wants issued by hand, and what a second person decided.

    `state` is a word of domain.proposals. The texts may name learners; they go when one of them is erased.
    """

    __tablename__ = "certificates_proposal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    course_id: Mapped[str] = mapped_column(String(32))
    version_id: Mapped[str] = mapped_column(String(32))
    """The version that was published when it was proposed."""
    state: Mapped[str] = mapped_column(String(16))
    proposed_by: Mapped[str] = mapped_column(String(32), index=True)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(String(32), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    comment: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_certificates_proposal_course", "course_id", "proposed_at", "id"),
        Index("ix_certificates_proposal_state", "state", "proposed_at", "id"),
    )


class Proposed(Base):
    """One learner of a proposal; `outcome` is empty until it is known."""

    __tablename__ = "certificates_proposed"

    proposal_id: Mapped[str] = mapped_column(ForeignKey("certificates_proposal.id"), primary_key=True)
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("learning_enrolment.id"), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32), index=True)
    outcome: Mapped[str] = mapped_column(String(16), default="")
    why: Mapped[str] = mapped_column(String(32), default="")
    certificate_id: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        Index(
            "uq_certificates_proposed_open",
            "enrolment_id",
            unique=True,
            sqlite_where=text("outcome = ''"),
            postgresql_where=text("outcome = ''"),
        ),
    )


class Picture(Base):
    """What the site shows on its certificates: a logo (`site`) or a seal, its bytes kept by their SHA-256."""

    __tablename__ = "certificates_picture"

    place: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str | None] = mapped_column(String(32))
