"""Tables of the network."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.infra.db import Base, Instant


class Museum(Base):
    """A museum or a centre; `folded` is its name as it is searched."""

    __tablename__ = "network_museum"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), index=True)
    country: Mapped[str] = mapped_column(String(2))
    city: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("folded", "country"),)


class NameConfirmation(Base):
    """The word of a museum that it knows somebody, for exactly one spelling of the name. Ended, it stays and tells why.

    `subject_id` and `confirmed_by` are people, not accounts: linked accounts are one.
    """

    __tablename__ = "network_name_confirmation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32))
    museum_id: Mapped[str] = mapped_column(ForeignKey("network_museum.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_latin: Mapped[str] = mapped_column(String(120), default="")
    seen: Mapped[str] = mapped_column(String(16))
    """What the name was compared with: 'document' or 'staff-list'."""
    confirmed_by: Mapped[str] = mapped_column(String(32), index=True)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_as: Mapped[str] = mapped_column(String(16), default="")
    """'withdrawn', 'renamed', 'moved' or 'linked'."""
    ended_by: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was withdrawn; the person reads it. It goes with the person, and so does not stand in the audit log."""

    __table_args__ = (
        Index("ix_network_name_confirmation_subject", "subject_id", "confirmed_at"),
        Index(
            "uq_network_name_confirmation_standing",
            "subject_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class ConfirmationRequest(Base):
    """Somebody asks the museum to confirm the name; one at a time."""

    __tablename__ = "network_confirmation_request"

    subject_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    museum_id: Mapped[str] = mapped_column(ForeignKey("network_museum.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
