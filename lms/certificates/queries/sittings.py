"""Reading supervised sittings: which are open, who sits there, and what they hand in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, or_, select, true
from sqlalchemy.orm import aliased

from lms.accounts.models import Account, Affiliation, Subject
from lms.accounts.queries import searchable
from lms.certificates.models import FrozenName, Presence, Sitting
from lms.courses.models import Course
from lms.domain.identification import Watched
from lms.domain.names import spelling_mark
from lms.infra.db import db
from lms.learning.models import Enrolment
from lms.network.models import Museum
from lms.quizzes.models import Attempt


@dataclass(frozen=True, kw_only=True)
class SittingRow:
    """A supervised sitting; `centre` is the name of the museum where it is held."""

    id: str
    course_id: str
    slug: str
    version_id: str
    museum_id: str
    centre: str
    opened_by: str
    opened_at: datetime
    until: datetime
    closed_at: datetime | None

    @property
    def ended_at(self) -> datetime:
        """Return when it ends, or ended."""
        return self.closed_at or self.until

    def is_open(self, now: datetime) -> bool:
        """Tell whether attempts that begin now are watched."""
        return self.opened_at <= now < self.ended_at


@dataclass(frozen=True, kw_only=True)
class Sitter:
    """Somebody who sits there, with the name that the papers bore."""

    subject_id: str
    name: str
    name_latin: str
    seen_at: datetime
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    """The latest attempt at the final quiz that began there."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A learner of the course who may sit there, with the name as the certificate will bear it."""

    subject_id: str
    name: str
    name_latin: str
    museum: str
    email: str

    @property
    def mark(self) -> str:
        """Return the mark of the spelling."""
        return spelling_mark(self.name, self.name_latin)


def find_sitting(sitting_id: str) -> SittingRow | None:
    """Return a sitting."""
    row = db.session.execute(_SITTINGS.where(Sitting.id == sitting_id)).first()
    return _sitting(row) if row else None


def list_sittings(
    courses: Collection[str] | None,
    museums: Collection[str] | None,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[SittingRow]:
    """Return the sittings of these courses (by slug) or at these museums, None for all; the newest first (keyset)."""
    query = _SITTINGS.order_by(Sitting.opened_at.desc(), Sitting.id.desc()).limit(limit)
    if courses is not None and museums is not None:
        query = query.where(or_(Course.slug.in_(courses), Sitting.museum_id.in_(museums)))
    if before:
        moment, key = before
        query = query.where(or_(Sitting.opened_at < moment, and_(Sitting.opened_at == moment, Sitting.id < key)))
    return [_sitting(row) for row in db.session.execute(query)]


def find_open_for(subject_id: str, course_id: str, now: datetime) -> SittingRow | None:
    """Return the open sitting at which a learner of a course is present."""
    row = db.session.execute(
        _SITTINGS.join(Presence, Presence.sitting_id == Sitting.id).where(
            Presence.subject_id.in_(_linked(subject_id)),
            Sitting.course_id == course_id,
            Sitting.opened_at <= now,
            func.coalesce(Sitting.closed_at, Sitting.until) > now,
        )
    ).first()
    return _sitting(row) if row else None


def list_sitters(sitting: SittingRow, final_quiz: str) -> list[Sitter]:
    """Return who is present, the last seen first, with what they do there."""
    attempt = (
        select(Enrolment.subject_id, Attempt.started_at, Attempt.submitted_at)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Enrolment.course_id == sitting.course_id,
            Attempt.item_id == final_quiz,
            Attempt.started_at >= sitting.opened_at,
            Attempt.started_at <= sitting.ended_at,
        )
        .order_by(Attempt.started_at)
        .subquery()
    )
    rows = db.session.execute(
        select(Presence, attempt.c.started_at, attempt.c.submitted_at)
        .join(Subject, Subject.id == Presence.subject_id)
        .outerjoin(attempt, attempt.c.subject_id == Subject.canonical_id)
        .where(Presence.sitting_id == sitting.id)
        .order_by(Presence.seen_at.desc(), Presence.subject_id, attempt.c.started_at)
    )
    found: dict[str, Sitter] = {}
    for kept, started_at, submitted_at in rows:
        found[kept.subject_id] = Sitter(
            subject_id=kept.subject_id,
            name=kept.name,
            name_latin=kept.name_latin,
            seen_at=kept.seen_at,
            started_at=started_at,
            submitted_at=submitted_at,
        )
    return list(found.values())


def list_candidates(sitting: SittingRow, museum_id: str | None, search: str = "", limit: int = 50) -> list[Candidate]:
    """Return learners of the course who are under way and not present yet, the last active first.

    With a museum those alone who said that they work there. A whole address finds everybody.
    """
    query = _candidates(sitting).order_by(Enrolment.changed_at.desc(), Enrolment.id).limit(limit)
    address = search.strip().lower()
    words = and_(true(), *(Account.folded.contains(word, autoescape=True) for word in searchable(search).split()))
    within = words if museum_id is None else and_(words, _works_at(museum_id))
    query = query.where(or_(within, Account.email == address) if "@" in address else within)
    return [_candidate(row) for row in db.session.execute(query)]


def find_candidate(sitting: SittingRow, subject_id: str) -> Candidate | None:
    """Return a learner who may be marked as present."""
    row = db.session.execute(_candidates(sitting).where(Enrolment.subject_id == subject_id)).first()
    return _candidate(row) if row else None


def list_watched(subject_id: str, course_id: str) -> list[Watched]:
    """Return the sittings at which a learner was present, the newest first, as far as somebody else watched."""
    opener, seer = aliased(Subject), aliased(Subject)
    rows = db.session.execute(
        select(Presence.name, Presence.name_latin, Sitting.opened_at, Sitting.until, Sitting.closed_at, Museum.name)
        .join(Sitting, Sitting.id == Presence.sitting_id)
        .join(Museum, Museum.id == Sitting.museum_id)
        .join(opener, opener.id == Sitting.opened_by)
        .join(seer, seer.id == Presence.seen_by)
        .where(
            Presence.subject_id.in_(_linked(subject_id)),
            Sitting.course_id == course_id,
            # Accounts may have been linked since: nobody watches over himself.
            opener.canonical_id.not_in(_canonical(subject_id)),
            seer.canonical_id.not_in(_canonical(subject_id)),
        )
        .order_by(Sitting.opened_at.desc(), Sitting.id)
    )
    return [
        Watched(centre=centre, spelling=(name, latin), opened_at=opened_at, ended_at=closed_at or until)
        for name, latin, opened_at, until, closed_at, centre in rows
    ]


def list_presences(subject_ids: Collection[str]) -> list[dict[str, Any]]:
    """Return where a person sat under supervision, for the person's own download."""
    rows = db.session.execute(
        select(Presence.name, Presence.name_latin, Presence.seen_at, Museum.name.label("centre"), Course.slug)
        .join(Sitting, Sitting.id == Presence.sitting_id)
        .join(Museum, Museum.id == Sitting.museum_id)
        .join(Course, Course.id == Sitting.course_id)
        .where(Presence.subject_id.in_(subject_ids))
        .order_by(Presence.seen_at)
    )
    return [dict(row._mapping) for row in rows]


def find_centre(typed: str) -> list[tuple[str, str]]:
    """Return the museums, id and name, that are called so; behind the name may stand the code of the country."""
    name, _bracket, country = typed.rpartition(" (")
    country = country.removesuffix(")")
    query = select(Museum.id, Museum.name).order_by(Museum.id).limit(2)
    if name and len(country) == 2:
        exact = db.session.execute(query.where(Museum.name == name, Museum.country == country)).all()
        if exact:
            return [(row.id, row.name) for row in exact]
    return [(row.id, row.name) for row in db.session.execute(query.where(Museum.name == typed))]


def list_centres(only: Collection[str] | None, limit: int = 200) -> list[str]:
    """Return names of museums, each with the code of its country, as a form offers them."""
    query = select(Museum.name, Museum.country).order_by(Museum.name, Museum.country).limit(limit)
    if only is not None:
        query = query.where(Museum.id.in_(only))
    return [f"{row.name} ({row.country})" if row.country else row.name for row in db.session.execute(query)]


_SITTINGS = (
    select(Sitting, Course.slug, Course.published_id, Museum.name.label("centre"))
    .join(Course, Course.id == Sitting.course_id)
    .join(Museum, Museum.id == Sitting.museum_id)
)


def _sitting(row: Row[*tuple[Any, ...]]) -> SittingRow:
    kept: Sitting = row[0]
    return SittingRow(
        id=kept.id,
        course_id=kept.course_id,
        slug=row.slug,
        version_id=row.published_id,
        museum_id=kept.museum_id,
        centre=row.centre,
        opened_by=kept.opened_by,
        opened_at=kept.opened_at,
        until=kept.until,
        closed_at=kept.closed_at,
    )


def _candidates(sitting: SittingRow) -> Any:
    frozen = FrozenName.enrolment_id.is_not(None)
    present = select(Presence.subject_id).where(Presence.sitting_id == sitting.id)
    return (
        select(
            Enrolment.subject_id,
            case((frozen, FrozenName.name), else_=Account.name).label("name"),
            case((frozen, FrozenName.name_latin), else_=Account.name_latin).label("name_latin"),
            Museum.name.label("museum"),
            Account.email,
        )
        .join(Subject, and_(Subject.id == Enrolment.subject_id, Subject.canonical_id == Subject.id))
        .join(Account, Account.subject_id == Subject.id)
        .outerjoin(FrozenName, FrozenName.enrolment_id == Enrolment.id)
        .outerjoin(Affiliation, Affiliation.id == Enrolment.affiliation_id)
        .outerjoin(Museum, Museum.id == Affiliation.museum_id)
        .where(
            Enrolment.course_id == sitting.course_id,
            Enrolment.state == "active",
            Account.active,
            Enrolment.subject_id.not_in(present),
        )
    )


def _candidate(row: Row[*tuple[Any, ...]]) -> Candidate:
    return Candidate(
        subject_id=row.subject_id,
        name=row.name,
        name_latin=row.name_latin,
        museum=row.museum or "",
        email=row.email,
    )


def _works_at(museum_id: str) -> Any:
    stated = aliased(Affiliation)
    return select(stated.id).where(stated.subject_id == Enrolment.subject_id, stated.museum_id == museum_id).exists()


def _linked(subject_id: str) -> Any:
    """Select every subject of the person."""
    return select(Subject.id).where(Subject.canonical_id.in_(_canonical(subject_id)))


def _canonical(subject_id: str) -> Any:
    return select(Subject.canonical_id).where(Subject.id == subject_id)
