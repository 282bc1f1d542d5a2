"""Tables of certificates: awards, the journal of what became of them, frozen names, and how they look."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.infra.db import Base, Instant, Json

Number = BigInteger().with_variant(Integer, "sqlite")


class Certificate(Base):
    """One award: its snapshot, and the bytes of its file once they are made.

    `snapshot` holds the holder's name and can be emptied by erasure; code, course, dates and digest stay.
    """

    __tablename__ = "certificates_certificate"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    subject_id: Mapped[str] = mapped_column(String(32))
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("learning_enrolment.id"))
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


class FrozenName(Base):
    """The name that stood in the profile when the first graded attempt began: the certificate bears it."""

    __tablename__ = "certificates_frozen_name"

    enrolment_id: Mapped[str] = mapped_column(ForeignKey("learning_enrolment.id"), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_latin: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant)


class Picture(Base):
    """What the site shows on its certificates: a logo (`site`) or a seal, its bytes kept by their SHA-256."""

    __tablename__ = "certificates_picture"

    place: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str | None] = mapped_column(String(32))
