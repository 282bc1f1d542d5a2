"""The audit log: what people with power did, and what was tried and refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.infra.db import Base, Instant, Json


class AuditEntry(Base):
    """One entry, written once; people are named by their subject ids, so that erasure need not touch it."""

    __tablename__ = "ops_audit_entry"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str | None] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, object]] = mapped_column(Json)

    __table_args__ = (Index("ix_ops_audit_entry_actor_id", "actor", "id"),)
