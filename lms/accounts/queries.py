"""Reads of accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, Select, bindparam, func, select, tuple_

from lms.accounts.models import Account, Affiliation, Invitation, LoginFailure, RoleGrant, Subject
from lms.domain.names import fold_address, fold_title
from lms.domain.passwords import FAILURES, PAUSE, WINDOW, locked_until
from lms.infra import clock
from lms.infra.db import db, run, table_of


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account."""

    account_id: int
    subject_id: str
    canonical_id: str
    name: str
    name_latin: str
    email: str
    languages: tuple[str, ...]
    timezone: str
    extra_time: int
    active: bool
    confirmed: bool
    created_at: datetime
    last_login_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HeldRole:
    """A role somebody holds, with who gave it and when."""

    id: int
    role: str
    scope_kind: str
    scope_id: str
    until: datetime | None
    granted_by: str | None
    granted_at: datetime


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """Where a person worked from a date on."""

    id: str
    museum_id: str | None
    country: str
    position: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class InvitationCode:
    """A code that confirms whoever registers with it."""

    code: str
    note: str
    uses_left: int
    expires_at: datetime
    created_by: str
    created_at: datetime


def find_account(account_id: int) -> Person | None:
    """Return the person with this account."""
    return _first(_PEOPLE.where(Account.id == account_id))


def find_by_email(address: str) -> Person | None:
    """Return the person with this address."""
    return _first(_PEOPLE.where(Account.email == fold_address(address)))


def find_person(subject_id: str) -> Person | None:
    """Return the person behind a subject: of several linked accounts the one whose records the others joined."""
    canonical = select(Subject.canonical_id).where(Subject.id == subject_id).scalar_subquery()
    found = list_accounts_of(canonical)
    return found[0] if found else None


def each_address(batch: int = 1000) -> Iterator[tuple[str, str]]:
    """Yield the confirmed address of everybody, with the subject under which their learning is read."""
    after = 0
    query = (
        select(_account.c.id, _account.c.email, _subject.c.canonical_id)
        .join_from(_account, _subject, _subject.c.id == _account.c.subject_id)
        .where(_account.c.confirmed_at.is_not(None), _account.c.id > bindparam("after"))
        .order_by(_account.c.id)
        .limit(batch)
    )
    while rows := run(query, {"after": after}).all():
        yield from ((row.email, row.canonical_id) for row in rows)
        after = rows[-1].id


def list_accounts_of(canonical_id: str | ScalarSelect[str]) -> list[Person]:
    """Return the accounts of one person, the one whose records the others joined first."""
    query = _PEOPLE.where(Subject.canonical_id == canonical_id)
    own_first = query.order_by((Subject.id != Subject.canonical_id), Account.id)
    return [_person(account, canonical) for account, canonical in db.session.execute(own_first)]


def subjects_of(canonical_id: str) -> Sequence[str]:
    """Return every subject of one person."""
    return db.session.scalars(select(Subject.id).where(Subject.canonical_id == canonical_id)).all()


def names_of(subject_ids: Collection[str]) -> dict[str, str]:
    """Return the names behind subjects; a subject whose person was erased is absent."""
    query = (
        select(Subject.canonical_id, Account.name)
        .join(Account, Account.subject_id == Subject.id)
        .where(Subject.canonical_id.in_(subject_ids))
        .order_by((Subject.id == Subject.canonical_id), Account.id.desc())
    )
    return dict(db.session.execute(query).all())


_account, _subject = table_of(Account), table_of(Subject)
_EXTRA_TIME = (
    select(func.max(_account.c.extra_time))
    .join_from(_account, _subject, _subject.c.id == _account.c.subject_id)
    .where(_subject.c.canonical_id == bindparam("subject"))
)


def extra_time_of(subject_id: str) -> int:
    """Return the per cent by which every time limit is longer for this person."""
    return run(_EXTRA_TIME, {"subject": subject_id}).scalar() or 0


def list_people(search: str = "", after: tuple[str, int] | None = None, limit: int = 50) -> list[Person]:
    """Return people by name, those after (name, account id), whose name or address contains every word searched."""
    query = _PEOPLE.order_by(Account.name, Account.id).limit(limit)
    for word in searchable(search).split():
        query = query.where(Account.folded.contains(word, autoescape=True))
    if after is not None:
        query = query.where(tuple_(Account.name, Account.id) > after)
    return [_person(account, canonical) for account, canonical in db.session.execute(query)]


def list_unconfirmed(limit: int = 50) -> list[Person]:
    """Return those who wait to be confirmed, the longest waiting first."""
    query = _PEOPLE.where(Account.confirmed_at.is_(None), Account.active).order_by(Account.id).limit(limit)
    return [_person(account, canonical) for account, canonical in db.session.execute(query)]


def list_roles(account_id: int) -> list[HeldRole]:
    """Return the roles an account holds."""
    query = select(RoleGrant).where(RoleGrant.account_id == account_id).order_by(RoleGrant.id)
    return [
        HeldRole(
            id=row.id,
            role=row.role,
            scope_kind=row.scope_kind,
            scope_id=row.scope_id,
            until=row.until,
            granted_by=row.granted_by,
            granted_at=row.granted_at,
        )
        for row in db.session.scalars(query)
    ]


def count_administrators() -> int:
    """Count the accounts that hold the role of administrator for the whole site and may be used."""
    query = (
        select(func.count(func.distinct(RoleGrant.account_id)))
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role == "admin", RoleGrant.scope_kind == "site", Account.active)
    )
    return db.session.scalar(query) or 0


def list_workplaces(subject_id: str) -> list[Workplace]:
    """Return where a person worked, the newest statement first, over all linked accounts."""
    query = (
        select(Affiliation)
        .join(Subject, Subject.id == Affiliation.subject_id)
        .where(Subject.canonical_id == subject_id)
        .order_by(Affiliation.since.desc(), Affiliation.id.desc())
    )
    return [
        Workplace(id=row.id, museum_id=row.museum_id, country=row.country, position=row.position, since=row.since)
        for row in db.session.scalars(query)
    ]


def find_workplace(subject_id: str) -> Workplace | None:
    """Return where a person works by the newest statement."""
    found = list_workplaces(subject_id)
    return found[0] if found else None


def list_invitations() -> list[InvitationCode]:
    """Return the codes that still confirm somebody."""
    query = (
        select(Invitation)
        .where(Invitation.uses_left > 0, Invitation.expires_at > clock.now())
        .order_by(Invitation.created_at.desc(), Invitation.code)
        .limit(200)
    )
    return [_invitation(row) for row in db.session.scalars(query)]


def find_invitation(code: str) -> InvitationCode | None:
    """Return the code as somebody typed it, if it still confirms somebody."""
    row = db.session.get(Invitation, fold_code(code))
    usable = row is not None and row.uses_left > 0 and row.expires_at > clock.now()
    return _invitation(row) if row is not None and usable else None


def find_lock(address: str) -> datetime | None:
    """Return until when log-ins to this address are refused, None when they are not; it need not have an account."""
    now = clock.now()
    query = (
        select(LoginFailure.at)
        .where(LoginFailure.address_digest == digest_of(address), LoginFailure.at.between(now - WINDOW - PAUSE, now))
        .order_by(LoginFailure.at.desc())
        .limit(FAILURES)
    )
    return locked_until(db.session.scalars(query).all(), now)


def digest_of(address: str) -> str:
    """Return what failed log-ins to an address are counted under."""
    return hashlib.sha256(fold_address(address).encode()).hexdigest()


def fold_code(code: str) -> str:
    """Return an invitation code as it is kept: without spaces and hyphens, in upper case."""
    return "".join(c for c in code.upper() if c.isalnum())[:16]


def searchable(*texts: str) -> str:
    """Return texts as people are searched by them."""
    return " ".join(folded for text in texts if (folded := fold_title(text)))[:500]


_PEOPLE: Select[Account, str] = select(Account, Subject.canonical_id).join(Subject, Subject.id == Account.subject_id)


def _first(query: Select[Account, str]) -> Person | None:
    row = db.session.execute(query).first()
    return _person(row[0], row[1]) if row else None


def _person(account: Account, canonical_id: str) -> Person:
    return Person(
        account_id=account.id,
        subject_id=account.subject_id,
        canonical_id=canonical_id,
        name=account.name,
        name_latin=account.name_latin,
        email=account.email,
        languages=tuple(account.languages or ()),
        timezone=account.timezone,
        extra_time=account.extra_time,
        active=account.active,
        confirmed=account.confirmed_at is not None,
        created_at=account.create_datetime,
        last_login_at=account.last_login_at,
    )


def _invitation(row: Invitation) -> InvitationCode:
    return InvitationCode(
        code=row.code,
        note=row.note,
        uses_left=row.uses_left,
        expires_at=row.expires_at,
        created_by=row.created_by,
        created_at=row.created_at,
    )
