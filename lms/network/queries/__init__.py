"""Reads of the network."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.queries import find_person, find_workplace
from lms.domain.names import fold_title
from lms.infra.db import db
from lms.network.models import Museum

OFFERED = 200
"""Most names that a form offers; more would make the page grow with the site."""


def offer_museums(typed: str = "", limit: int = OFFERED) -> list[str]:
    """Return names of known museums that contain what was typed, in the order of the alphabet."""
    query = select(Museum.name).distinct().order_by(Museum.name).limit(limit)
    for word in fold_title(typed).split():
        query = query.where(Museum.folded.contains(word, autoescape=True))
    return list(db.session.scalars(query))


def museum_names(museum_ids: Collection[str]) -> dict[str, str]:
    """Return the names of museums."""
    query = select(Museum.id, Museum.name).where(Museum.id.in_(museum_ids))
    return dict(db.session.execute(query).all())


def museum_name(museum_id: str | None) -> str:
    """Return the name of a museum, '' when there is none."""
    return museum_names([museum_id]).get(museum_id, "") if museum_id else ""


def find_museum(name: str, country: str) -> str | None:
    """Return the museum of a country that is called so, but for case, accents of ё and punctuation."""
    return db.session.scalar(
        select(Museum.id).where(Museum.folded == fold_title(name)[:200], Museum.country == country)
    )


@dataclass(frozen=True, kw_only=True)
class Holder:
    """What a certificate says of whoever gets it."""

    name: str
    name_latin: str
    museum: str
    languages: tuple[str, ...]


def find_holder(subject_id: str) -> Holder | None:
    """Return the person behind a subject as a certificate names him, None when he was erased."""
    person = find_person(subject_id)
    if person is None:
        return None
    workplace = find_workplace(person.canonical_id)
    return Holder(
        name=person.name,
        name_latin=person.name_latin,
        museum=museum_name(workplace.museum_id if workplace else None),
        languages=person.languages,
    )
