"""The desk where work is ordered, looked for and given up."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from lms.domain.errors import Refused
from lms.infra import clock
from lms.infra.db import begin_write, db, run
from lms.infra.orders.table import OPEN, ROWS, Order, OrderRow, change, folder, orders
from lms.infra.personal import personal_data
from lms.infra.queue import enqueue, job

MOST_OPEN = 3
MOST_KEPT = 10
"""So much one person may have under way, and lying here: each file can be large."""

NOTHING: dict[str, object] = {}


def order(
    kind: str, subject_id: str, wanted: Mapping[str, object], *, private: Mapping[str, object] | None = None
) -> tuple[str, bool]:
    """Order work; return its id, and whether it is new: the same is not done twice at a time for one person.

    Refused when this person has too much here. `private` is what of the wish may name somebody.
    """
    begin_write()
    asked = orjson.dumps([dict(wanted), dict(private or {})], option=orjson.OPT_SORT_KEYS)
    mark = hashlib.sha256(asked).hexdigest()
    if same := _find_open(kind, subject_id, mark):
        return same, False
    if _count(subject_id, orders.c.state.in_(OPEN)) >= MOST_OPEN:
        raise Refused("too-many-open", most=MOST_OPEN)
    if _count(subject_id, orders.c.state == "done", orders.c.file_name != "") >= MOST_KEPT:
        raise Refused("too-many-kept", most=MOST_KEPT)
    now = clock.now()
    row = Order(
        id=clock.new_id(),
        kind=kind,
        subject_id=subject_id,
        state="waiting",
        wanted=dict(wanted),
        private=dict(private or {}),
        mark=mark,
        run="",
        found=NOTHING,
        done=0,
        total=0,
        asked_at=now,
        changed_at=now,
        file_name="",
        file_size=0,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # the button was pressed twice in this very moment
        same = _find_open(kind, subject_id, mark)
        assert same is not None
        return same, False
    enqueue(kind, row.id, key=f"order-{row.id}")
    return row.id, True


def cancel(order_id: str) -> bool:
    """Stop an order that is not done, and tell whether this was in time."""
    ended = {"private": NOTHING, "mark": "", "ended_at": clock.now()}
    return bool(change(orders.c.id == order_id, orders.c.state.in_(OPEN), state="cancelled", **ended))


def discard(order_id: str) -> bool:
    """Give up a file before its time, and tell whether one was there."""
    given_up = {"state": "over", "private": NOTHING, "mark": "", "kept_until": clock.now()}
    done = change(orders.c.id == order_id, orders.c.state == "done", **given_up)
    if done:
        _have_removed(order_id)
    return bool(done)


def withdraw(order_ids: Collection[str]) -> None:
    """Let nobody have these files any more, nor what is just being made; the bytes go after the commit."""
    for order_id in order_ids:
        standing = orders.c.state.in_((*OPEN, "done"))
        gone = {"state": "withdrawn", "private": NOTHING, "mark": "", "ended_at": clock.now()}
        change(orders.c.id == order_id, standing, **gone)
        _have_removed(order_id)


def forget_orders_of(subject_id: str) -> None:
    """Withdraw all that somebody ordered who is erased."""
    withdraw(db.session.scalars(select(orders.c.id).where(orders.c.subject_id == subject_id)).all())


def find_order(order_id: str) -> OrderRow | None:
    """Return the order with this id, if any."""
    row = run(ROWS.where(orders.c.id == order_id)).first()
    return OrderRow(**row._mapping) if row else None


def list_orders(
    subject_ids: Collection[str], *where: ColumnElement[bool], kind: str | None = None, limit: int = 50
) -> list[OrderRow]:
    """Return what somebody ordered, the newest first."""
    query = ROWS.where(orders.c.subject_id.in_(subject_ids), *where)
    if kind is not None:
        query = query.where(orders.c.kind == kind)
    newest_first = query.order_by(orders.c.asked_at.desc(), orders.c.id.desc()).limit(limit)
    return [OrderRow(**row._mapping) for row in run(newest_first)]


def _have_removed(order_id: str) -> None:
    """Have the bytes removed after the commit: a rollback must find them there."""
    enqueue("orders.remove_file", order_id, key=f"order-removal-{order_id}-{clock.new_id()}")


@job("orders.remove_file")
def remove_file(order_id: str) -> None:
    """Remove the bytes that came of an order that does not offer them any more."""
    row = find_order(order_id)
    if row is None or row.state != "done":
        (folder() / order_id).unlink(missing_ok=True)


@personal_data("orders")
def orders_of(subject_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the long work that a person ordered."""
    return [
        {"kind": row.kind, "asked_at": row.asked_at, "state": row.state, "wanted": row.wanted, "private": row.private}
        for row in list_orders(subject_ids, limit=1000)
    ]


def _find_open(kind: str, subject_id: str, mark: str) -> str | None:
    query = select(orders.c.id).where(
        orders.c.kind == kind, orders.c.subject_id == subject_id, orders.c.mark == mark, orders.c.state.in_(OPEN)
    )
    return db.session.scalar(query)


def _count(subject_id: str, *where: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(orders).where(orders.c.subject_id == subject_id, *where)
    return db.session.scalar(query) or 0
