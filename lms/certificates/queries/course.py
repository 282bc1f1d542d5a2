"""The certificates of one course, as its trainers list, filter and take them along."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from lms.certificates.models import Certificate, Packed
from lms.certificates.queries import _COLUMNS, CertificateRow, _row
from lms.domain.award import State
from lms.domain.names import fold_title
from lms.infra.db import db, run, table_of

Place = tuple[datetime, str]
STATES: tuple[State, ...] = ("valid", "expired", "revoked", "superseded")
"""What a list can be narrowed to."""

_table, _packed = table_of(Certificate), table_of(Packed)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which certificates of a course are meant; without anything all of them."""

    search: str = ""
    """Words of a name or museum."""
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is too late."""

    def __bool__(self) -> bool:
        """Tell whether it narrows anything."""
        return self != Selection()

    def plain(self) -> dict[str, str]:
        """Return it as JSON, without the words of the search, which may be a name."""
        return {
            "state": self.state,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any], search: str) -> Selection:
        """Read what `plain` wrote."""
        since, until = (datetime.fromisoformat(kept[key]) if kept.get(key) else None for key in ("since", "until"))
        return cls(search=search, state=str(kept.get("state", "")), since=since, until=until)


def list_selected(
    course_id: str, selection: Selection, now: datetime, before: Place | None = None, limit: int = 50
) -> list[CertificateRow]:
    """Return the certificates that are meant, newest first, before a place (keyset)."""
    query = _COLUMNS.where(*_meant(course_id, selection, now)).order_by(_table.c.issued_at.desc(), _table.c.id.desc())
    if before:
        query = query.where(_before(before))
    return [_row(row) for row in run(query.limit(limit))]


def list_onwards(
    course_id: str, selection: Selection, now: datetime, after: Place | None = None, limit: int = 200
) -> list[CertificateRow]:
    """Return the next of the certificates that are meant, the oldest first: a piece of a list of any length."""
    query = _COLUMNS.where(*_meant(course_id, selection, now)).order_by(_table.c.issued_at, _table.c.id).limit(limit)
    if after:
        moment, key = after
        query = query.where((_table.c.issued_at > moment) | ((_table.c.issued_at == moment) & (_table.c.id > key)))
    return [_row(row) for row in run(query)]


def count_selected(course_id: str, selection: Selection, now: datetime) -> int:
    """Count the certificates that are meant."""
    return run(_counted(course_id, selection, now)).scalar() or 0


def measure_selected(course_id: str, selection: Selection, now: datetime) -> int:
    """Return how many bytes their files have together."""
    query = select(func.sum(_table.c.file_size)).where(*_meant(course_id, selection, now))
    return int(run(query).scalar() or 0)


def count_being_made(course_id: str, selection: Selection, now: datetime) -> int:
    """Count those of them whose file is still to come, and can."""
    query = _counted(course_id, selection, now).where(
        _table.c.file_digest.is_(None), _table.c.problem.is_(None), _table.c.erased_at.is_(None)
    )
    return run(query).scalar() or 0


def list_again(certificate_ids: Sequence[str]) -> dict[str, CertificateRow]:
    """Return certificates as they are now, by their id."""
    return {row.id: _row(row) for row in run(_COLUMNS.where(_table.c.id.in_(certificate_ids)))}


def list_packages(subject_ids: Collection[str]) -> list[str]:
    """Return the orders whose packages hold a certificate of these subjects."""
    query = (
        select(_packed.c.order_id)
        .join(_table, _table.c.id == _packed.c.certificate_id)
        .where(_table.c.subject_id.in_(subject_ids))
        .distinct()
    )
    return list(db.session.scalars(query))


def _counted(course_id: str, selection: Selection, now: datetime) -> Select[int]:
    return select(func.count()).select_from(_table).where(*_meant(course_id, selection, now))


def _before(place: Place) -> ColumnElement[bool]:
    moment, key = place
    return (_table.c.issued_at < moment) | ((_table.c.issued_at == moment) & (_table.c.id < key))


def _meant(course_id: str, selection: Selection, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_table.c.course_id == course_id]
    words = fold_title(selection.search).split()
    found += [_table.c.folded.contains(word, autoescape=True) for word in words]
    if selection.search and not words:
        found.append(_table.c.id == "")  # signs alone are in no name
    if selection.since:
        found.append(_table.c.issued_at >= selection.since)
    if selection.until:
        found.append(_table.c.issued_at < selection.until)
    if selection.state in ("revoked", "superseded"):
        found.append(_table.c.standing == selection.state)
    if selection.state == "valid":
        found += [_table.c.standing == "issued", _table.c.issued_at <= now]
        found.append(or_(_table.c.valid_until.is_(None), _table.c.valid_until >= now))
    if selection.state == "expired":
        found += [_table.c.standing == "issued", _table.c.valid_until < now]
    return found
