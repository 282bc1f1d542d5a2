"""Museums give their word for the names of their people: asked for, given, taken back, ended by a change."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from lms.accounts.queries import find_person, find_workplace
from lms.domain.errors import NotFound, Refused
from lms.domain.names import latin_fault, name_fault, spelling_mark
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.infra.events import publish
from lms.network.events import NameConfirmationEnded, NameConfirmed
from lms.network.models import ConfirmationRequest, NameConfirmation
from lms.network.queries import people

SEEN = ("document", "staff-list")
LONGEST_REASON = 500


def ask(subject_id: str) -> None:
    """Ask the museum where a person works to confirm the name; asking twice changes nothing. Refused without one."""
    _lock(subject_id)
    workplace = find_workplace(subject_id)
    if workplace is None or workplace.museum_id is None:
        raise Refused("no-museum")
    if _standing(subject_id) is not None:
        raise Refused("confirmed")
    if db.session.get(ConfirmationRequest, subject_id) is None:
        db.session.add(ConfirmationRequest(subject_id=subject_id, museum_id=workplace.museum_id, asked_at=clock.now()))
        db.session.flush()


def take_back_request(subject_id: str) -> None:
    """Ask no longer."""
    db.session.execute(delete(ConfirmationRequest).where(ConfirmationRequest.subject_id == subject_id))


def confirm_name(subject_id: str, museum_id: str, *, mark: str, seen: str, actor: str) -> str:
    """Keep the word of a museum for a person's name as it is spelled now, and return its id.

    Refused for oneself (`self`), when the name is no longer the one that was looked at (`changed`), when it cannot
    stand on a certificate (`name`), or is confirmed already (`confirmed`).
    """
    _lock(subject_id)
    person, workplace = find_person(subject_id), find_workplace(subject_id)
    if person is None or workplace is None or workplace.museum_id != museum_id or not person.confirmed:
        raise NotFound(subject_id)
    if person.canonical_id == actor:
        raise Refused("self")
    if spelling_mark(person.name, person.name_latin) != mark or seen not in SEEN:
        raise Refused("changed")
    if fault := name_fault(person.name) or (latin_fault(person.name_latin) if person.name_latin else None):
        raise Refused("name", fault=fault)
    if _standing(person.canonical_id) is not None:
        raise Refused("confirmed")
    kept = NameConfirmation(
        id=clock.new_id(),
        subject_id=person.canonical_id,
        museum_id=museum_id,
        name=person.name,
        name_latin=person.name_latin,
        seen=seen,
        confirmed_by=actor,
        confirmed_at=clock.now(),
    )
    db.session.add(kept)
    take_back_request(person.canonical_id)
    db.session.flush()
    publish(
        NameConfirmed(actor=actor, subject_id=kept.subject_id, museum_id=museum_id, confirmation_id=kept.id, seen=seen)
    )
    return kept.id


def withdraw(subject_id: str, museum_id: str, *, reason: str, actor: str) -> None:
    """Take back the word of a museum; the person reads why. NotFound when none of this museum stands."""
    _lock(subject_id)
    standing = _standing(subject_id)
    if standing is None or standing.museum_id != museum_id:
        raise NotFound(subject_id)
    if subject_id == actor:
        raise Refused("self")
    _end(standing, "withdrawn", actor=actor, reason=reason)


def end_if_renamed(subject_id: str) -> None:
    """End the word for a person's name when that is no longer the name that certificates bear."""
    person = find_person(subject_id)
    standing = _standing(person.canonical_id) if person else None
    if person and standing and (standing.name, standing.name_latin) != (person.name, person.name_latin):
        _end(standing, "renamed", actor=None)


def end_if_moved(subject_id: str) -> None:
    """End the word of a museum, and the request to it, when the person works elsewhere."""
    person = find_person(subject_id)
    workplace = find_workplace(person.canonical_id) if person else None
    if person is None or workplace is None:
        return
    standing = _standing(person.canonical_id)
    if standing is not None and standing.museum_id != workplace.museum_id:
        _end(standing, "moved", actor=None)
    asked = db.session.get(ConfirmationRequest, person.canonical_id)
    if asked is not None and asked.museum_id != workplace.museum_id:
        take_back_request(person.canonical_id)


def unify(canonical: str, other: str) -> None:
    """Bring together what was said of two linked people, who turn out to be one.

    A word stays when it holds for the name and the museum of the person that both are now, and when nobody else gave it
    than somebody else: whoever confirmed himself under another account has confirmed nothing.
    """
    take_back_request(other)
    for standing in (_standing(canonical), _standing(other)):
        if standing is not None and standing.confirmed_by in (canonical, other):
            _end(standing, "linked", actor=None)
    joining = _standing(other)
    if joining is not None and _standing(canonical) is not None:
        _end(joining, "linked", actor=None)
    db.session.execute(
        update(NameConfirmation).where(NameConfirmation.subject_id == other).values(subject_id=canonical)
    )
    db.session.execute(
        update(NameConfirmation).where(NameConfirmation.confirmed_by == other).values(confirmed_by=canonical)
    )
    db.session.expire_all()
    end_if_renamed(canonical)
    end_if_moved(canonical)


def forget(subject_id: str) -> None:
    """Forget what was said of a person who is erased; who gave the word for others stays a number."""
    take_back_request(subject_id)
    db.session.execute(delete(NameConfirmation).where(NameConfirmation.subject_id == subject_id))


def _lock(subject_id: str) -> None:
    begin_write()
    people.lock_person(subject_id)


def _standing(subject_id: str) -> NameConfirmation | None:
    return db.session.scalar(
        select(NameConfirmation).where(NameConfirmation.subject_id == subject_id, NameConfirmation.ended_at.is_(None))
    )


def _end(standing: NameConfirmation, ended_as: str, *, actor: str | None, reason: str = "") -> None:
    standing.ended_at, standing.ended_as, standing.ended_by = clock.now(), ended_as, actor
    standing.reason = reason[:LONGEST_REASON]
    db.session.flush()
    publish(
        NameConfirmationEnded(
            actor=actor,
            subject_id=standing.subject_id,
            museum_id=standing.museum_id,
            confirmation_id=standing.id,
            ended_as=ended_as,
        )
    )
