"""Reads of people in their museums, and of the museums' word for their names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from lms.accounts.models import Account, Affiliation, Subject
from lms.accounts.queries import find_workplace, searchable
from lms.domain.names import fold_title, spelling_mark
from lms.infra.db import db, is_sqlite
from lms.network.models import ConfirmationRequest, Museum, NameConfirmation
from lms.network.queries import museum_name


@dataclass(frozen=True, kw_only=True)
class MuseumRow:
    """A museum, and how many of its people ask it to confirm their names."""

    id: str
    name: str
    country: str
    asking: int


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """The word of a museum for a spelling of a name; `ended_at` is None while it stands."""

    id: str
    subject_id: str
    museum_id: str
    museum: str
    name: str
    name_latin: str
    seen: str
    confirmed_by: str
    confirmed_at: datetime
    ended_at: datetime | None
    ended_as: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody who works in a museum, with the name as a certificate bears it."""

    subject_id: str
    account_id: int
    name: str
    name_latin: str
    email: str
    position: str
    asked_at: datetime | None
    confirmed_at: datetime | None

    @property
    def mark(self) -> str:
        """Return the mark of the spelling."""
        return spelling_mark(self.name, self.name_latin)


@dataclass(frozen=True, kw_only=True)
class Identification:
    """How somebody is identified at present, and what can be done about it."""

    museum_id: str | None
    museum: str
    """Where the person works."""
    asked_at: datetime | None
    standing: Confirmation | None
    withdrawn: Confirmation | None
    """The word that was taken back last, unless another was given since."""


def find_museum_row(museum_id: str) -> MuseumRow | None:
    """Return a museum."""
    row = db.session.execute(_MUSEUMS.where(Museum.id == museum_id)).first()
    return _museum(row) if row else None


def list_museums(only: Collection[str] | None, search: str = "", limit: int = 50) -> list[MuseumRow]:
    """Return museums, those whose people ask first; `only` these, or every one for None."""
    query = _MUSEUMS.order_by(func.count(ConfirmationRequest.subject_id).desc(), Museum.name, Museum.id).limit(limit)
    if only is not None:
        query = query.where(Museum.id.in_(only))
    for word in fold_title(search).split():
        query = query.where(Museum.folded.contains(word, autoescape=True))
    return [_museum(row) for row in db.session.execute(query)]


def count_asking(only: Collection[str] | None) -> int:
    """Count the people who ask these museums, or any of them for None, to confirm their names."""
    query = select(func.count()).select_from(ConfirmationRequest)
    if only is not None:
        query = query.where(ConfirmationRequest.museum_id.in_(only))
    return db.session.scalar(query) or 0


def list_asking(museum_id: str, limit: int = 100) -> list[Colleague]:
    """Return the people of a museum who ask to be confirmed, the longest waiting first."""
    query = _people(museum_id).where(ConfirmationRequest.asked_at.is_not(None))
    return [_colleague(row) for row in db.session.execute(query.order_by(ConfirmationRequest.asked_at).limit(limit))]


def list_colleagues(
    museum_id: str, search: str = "", after: tuple[str, int] | None = None, limit: int = 50
) -> list[Colleague]:
    """Return the people of a museum by name, those after (name, account id), as they are searched."""
    query = _people(museum_id).order_by(Account.name, Account.id).limit(limit)
    for word in searchable(search).split():
        query = query.where(Account.folded.contains(word, autoescape=True))
    if after is not None:
        query = query.where(tuple_(Account.name, Account.id) > after)
    return [_colleague(row) for row in db.session.execute(query)]


def find_colleague(museum_id: str, subject_id: str) -> Colleague | None:
    """Return somebody who works in a museum."""
    row = db.session.execute(_people(museum_id).where(Subject.id == subject_id)).first()
    return _colleague(row) if row else None


def find_standing(subject_id: str) -> Confirmation | None:
    """Return the word of a museum that stands for a person."""
    row = db.session.execute(
        _CONFIRMATIONS.where(NameConfirmation.subject_id == subject_id, NameConfirmation.ended_at.is_(None))
    ).first()
    return _confirmation(row) if row else None


def find_confirmation(confirmation_id: str) -> Confirmation | None:
    """Return a word that was given, whether it stands or not."""
    row = db.session.execute(_CONFIRMATIONS.where(NameConfirmation.id == confirmation_id)).first()
    return _confirmation(row) if row else None


def list_confirmations(subject_ids: Collection[str]) -> list[Confirmation]:
    """Return every word that was given for a person, the newest first."""
    query = _CONFIRMATIONS.where(NameConfirmation.subject_id.in_(subject_ids))
    return [
        _confirmation(row)
        for row in db.session.execute(query.order_by(NameConfirmation.confirmed_at.desc(), NameConfirmation.id))
    ]


def list_requests(subject_ids: Collection[str]) -> list[tuple[str, datetime]]:
    """Return which museums a person asks, and since when."""
    query = select(ConfirmationRequest.museum_id, ConfirmationRequest.asked_at)
    return [
        (row[0], row[1]) for row in db.session.execute(query.where(ConfirmationRequest.subject_id.in_(subject_ids)))
    ]


def identification_of(subject_id: str) -> Identification:
    """Return how a person is identified at present."""
    workplace = find_workplace(subject_id)
    museum_id = workplace.museum_id if workplace else None
    given = list_confirmations([subject_id])
    latest = given[0] if given else None
    return Identification(
        museum_id=museum_id,
        museum=museum_name(museum_id),
        asked_at=next((asked for _museum, asked in list_requests([subject_id])), None),
        standing=next((one for one in given if one.ended_at is None), None),
        withdrawn=latest if latest and latest.ended_as == "withdrawn" else None,
    )


def lock_person(subject_id: str) -> None:
    """Hold the person's row until the transaction ends (PostgreSQL; SQLite has one writer)."""
    if not is_sqlite():
        db.session.execute(select(Subject.id).where(Subject.id == subject_id).with_for_update())


_MUSEUMS = (
    select(Museum.id, Museum.name, Museum.country, func.count(ConfirmationRequest.subject_id).label("asking"))
    .outerjoin(ConfirmationRequest, ConfirmationRequest.museum_id == Museum.id)
    .group_by(Museum.id, Museum.name, Museum.country)
)

_CONFIRMATIONS = select(NameConfirmation, Museum.name.label("museum")).join(
    Museum, Museum.id == NameConfirmation.museum_id
)


def _people(museum_id: str) -> Select[str, int, str, str, str, str, datetime, datetime]:
    """Select those whose newest statement names the museum, each person once, by the account that others joined."""
    stated, other, linked = aliased(Affiliation), aliased(Affiliation), aliased(Subject)
    of_person = aliased(Subject)
    newer = (
        select(other.id)
        .join(linked, linked.id == other.subject_id)
        .where(
            linked.canonical_id == Subject.id,
            or_(other.since > stated.since, and_(other.since == stated.since, other.id > stated.id)),
        )
        .exists()
    )
    return (
        select(
            Subject.id,
            Account.id.label("account_id"),
            Account.name,
            Account.name_latin,
            Account.email,
            stated.position,
            ConfirmationRequest.asked_at,
            NameConfirmation.confirmed_at,
        )
        .select_from(stated)
        .join(of_person, of_person.id == stated.subject_id)
        .join(Subject, Subject.id == of_person.canonical_id)
        .join(Account, Account.subject_id == Subject.id)
        .outerjoin(ConfirmationRequest, ConfirmationRequest.subject_id == Subject.id)
        .outerjoin(
            NameConfirmation, and_(NameConfirmation.subject_id == Subject.id, NameConfirmation.ended_at.is_(None))
        )
        .where(stated.museum_id == museum_id, ~newer, Account.active, Account.confirmed_at.is_not(None))
    )


def _museum(row: Row[*tuple[Any, ...]]) -> MuseumRow:
    return MuseumRow(id=row.id, name=row.name, country=row.country, asking=row.asking)


def _colleague(row: Row[*tuple[Any, ...]]) -> Colleague:
    return Colleague(
        subject_id=row.id,
        account_id=row.account_id,
        name=row.name,
        name_latin=row.name_latin,
        email=row.email,
        position=row.position,
        asked_at=row.asked_at,
        confirmed_at=row.confirmed_at,
    )


def _confirmation(row: Row[*tuple[Any, ...]]) -> Confirmation:
    kept: NameConfirmation = row[0]
    return Confirmation(
        id=kept.id,
        subject_id=kept.subject_id,
        museum_id=kept.museum_id,
        museum=row.museum,
        name=kept.name,
        name_latin=kept.name_latin,
        seen=kept.seen,
        confirmed_by=kept.confirmed_by,
        confirmed_at=kept.confirmed_at,
        ended_at=kept.ended_at,
        ended_as=kept.ended_as,
        reason=kept.reason,
    )
