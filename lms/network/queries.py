"""Reads of the network."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

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
    return {id_: name for id_, name in db.session.execute(select(Museum.id, Museum.name).where(Museum.id.in_(museum_ids)))}


def museum_name(museum_id: str | None) -> str:
    """Return the name of a museum, '' when there is none."""
    return museum_names([museum_id]).get(museum_id, "") if museum_id else ""


def find_museum(name: str, country: str) -> str | None:
    """Return the museum of a country that is called so, but for case, accents of ё and punctuation."""
    return db.session.scalar(select(Museum.id).where(Museum.folded == fold_title(name), Museum.country == country))
