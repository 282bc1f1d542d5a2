"""Tables of accounts. What identifies a person stands here and nowhere else, so that it can be erased."""

from __future__ import annotations

from datetime import datetime

from flask_security import UserMixin
from sqlalchemy import BigInteger, Boolean, ForeignKey, Identity, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.infra.db import Base, Instant, Json

Number = BigInteger().with_variant(Integer, "sqlite")


class Subject(Base):
    """The learner in every record: an id that says nothing of the person.

    Accounts of one person are linked by `canonical_id`: the subject under which their learning is read.
    """

    __tablename__ = "accounts_subject"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    canonical_id: Mapped[str] = mapped_column(ForeignKey("accounts_subject.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class Account(Base, UserMixin):
    """Somebody who can log in."""

    __tablename__ = "accounts_account"

    id: Mapped[int] = mapped_column(Number, Identity(), primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("accounts_subject.id"), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    create_datetime: Mapped[datetime] = mapped_column(Instant)
    name: Mapped[str] = mapped_column(String(120))
    name_latin: Mapped[str] = mapped_column(String(120), default="")
    folded: Mapped[str] = mapped_column(String(500), default="")
    """Names and address as an administrator searches them."""
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    consent_at: Mapped[datetime | None] = mapped_column(Instant)
    consent_version: Mapped[str] = mapped_column(String(16), default="")
    extra_time: Mapped[int] = mapped_column(Integer, default=0)
    """Per cent added to every time limit, for a person who needs it."""
    last_login_at: Mapped[datetime | None] = mapped_column(Instant)

    subject: Mapped[Subject] = relationship()
    grants: Mapped[list[RoleGrant]] = relationship(
        foreign_keys="RoleGrant.account_id", cascade="all, delete-orphan", order_by="RoleGrant.id"
    )

    roles = ()
    username = None

    __table_args__ = (Index("ix_accounts_account_name_id", "name", "id"),)


class Affiliation(Base):
    """Where a person worked from a date on: an enrolment names the one that held when it began."""

    __tablename__ = "accounts_affiliation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("accounts_subject.id"), index=True)
    museum_id: Mapped[str | None] = mapped_column(ForeignKey("network_museum.id"))
    country: Mapped[str] = mapped_column(String(2), default="")
    position: Mapped[str] = mapped_column(String(120), default="")
    since: Mapped[datetime] = mapped_column(Instant)


class RoleGrant(Base):
    """A role somebody holds within a scope."""

    __tablename__ = "accounts_grant"

    id: Mapped[int] = mapped_column(Number, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    scope_kind: Mapped[str] = mapped_column(String(32), default="site")
    scope_id: Mapped[str] = mapped_column(String(64), default="")
    until: Mapped[datetime | None] = mapped_column(Instant)
    granted_by: Mapped[str | None] = mapped_column(String(32))
    granted_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("account_id", "role", "scope_kind", "scope_id"),)


class Invitation(Base):
    """A code that confirms whoever registers with it: for a training room without a mail server."""

    __tablename__ = "accounts_invitation"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    note: Mapped[str] = mapped_column(String(200), default="")
    uses_left: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(Instant)


class LoginFailure(Base):
    """A failed log-in, by a digest of the address that was tried, whether or not it has an account."""

    __tablename__ = "accounts_login_failure"

    id: Mapped[int] = mapped_column(Number, Identity(), primary_key=True)
    address_digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_accounts_login_failure_address_at", "address_digest", "at"),)
