"""What is done to the network."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from lms.domain.errors import Refused
from lms.domain.names import fold_title, tidy
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.network import queries
from lms.network.models import Museum


def ensure_museum(name: str, country: str) -> str:
    """Return the museum of a country that is called so, and add it when nobody named it before."""
    folded = fold_title(name)
    if not folded:
        raise Refused("no-name")
    begin_write()
    found = queries.find_museum(name, country)
    if found is not None:
        return found
    museum = Museum(id=clock.new_id(), name=tidy(name), folded=folded[:200], country=country, created_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(museum)
    except IntegrityError:  # somebody else named it in this very moment
        again = queries.find_museum(name, country)
        assert again is not None
        return again
    return museum.id
