"""The table of orders, and where their files stand."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Index, Integer, String, Text, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from lms.infra import clock
from lms.infra.db import Base, Instant, Json, run, table_of
from lms.infra.site import site

KEPT = timedelta(days=7)
"""How long a file is kept for whoever ordered it."""

OPEN = ("waiting", "running")
Number = BigInteger().with_variant(Integer, "sqlite")


class Order(Base):
    """One piece of work.

    `state` is waiting, running, done, failed, cancelled, withdrawn (the file may not be given out any more) or over
    (the file was kept long enough).
    """

    __tablename__ = "orders_order"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    wanted: Mapped[dict[str, object]] = mapped_column(Json)
    """What was asked for, without anybody's name."""
    private: Mapped[dict[str, object]] = mapped_column(Json)
    """What of it may name somebody, such as the words of a search; forgotten with the file."""
    mark: Mapped[str] = mapped_column(String(64))
    """Digest of what was asked for: the same is not done twice at a time for one person."""
    run: Mapped[str] = mapped_column(String(16))
    """Which run is at it; one that was taken for dead and is not stops when it finds another one here."""
    found: Mapped[dict[str, object]] = mapped_column(Json)
    """What came of it, or what it waits for, without anybody's name."""
    done: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    kept_until: Mapped[datetime | None] = mapped_column(Instant)
    file_name: Mapped[str] = mapped_column(Text)
    file_size: Mapped[int] = mapped_column(Number)

    __table_args__ = (
        Index("ix_orders_order_subject", "subject_id", "asked_at", "id"),
        Index("ix_orders_order_changed", "changed_at"),
        Index(
            "uq_orders_order_open",
            "subject_id",
            "kind",
            "mark",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class OrderRow:
    """An order as pages show it."""

    id: str
    kind: str
    subject_id: str
    state: str
    wanted: dict[str, Any]
    private: dict[str, Any]
    found: dict[str, Any]
    done: int
    total: int
    asked_at: datetime
    ended_at: datetime | None
    kept_until: datetime | None
    file_name: str
    file_size: int

    @property
    def open(self) -> bool:
        """Tell whether it is still waited for."""
        return self.state in OPEN

    @property
    def percent(self) -> int:
        """Return how much is done, rounded down; nothing while that is not known."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def path(self) -> Path:
        """Return where its file stands."""
        return folder() / self.id

    @property
    def offered(self) -> bool:
        """Tell whether its file is whole and there."""
        return self.state == "done" and bool(self.file_name) and self.path.is_file()


orders = table_of(Order)
ROWS = select(*(orders.c[field.name] for field in fields(OrderRow)))


def change(*where: ColumnElement[bool], **values: object) -> int:
    """Change orders, and return how many."""
    return run(update(orders).where(*where).values(changed_at=clock.now(), **values)).rowcount


def folder() -> Path:
    """Return where files stand that somebody ordered; they are in no backup."""
    place = site().data_dir / "orders"
    place.mkdir(mode=0o700, exist_ok=True)
    return place
